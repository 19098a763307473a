#!/usr/bin/env python3
"""Makes the manual of the opaque surface from <xlstable.h>, which is its one source.

usage: manual.py HEADER VERSION OUTPUT-DIR

xlstable.7 is the header's introduction; each chapter, topic of operations and object has a page in
section 3, and each operation a page that leads there. `pages` in the folder lists them all.
"""

import pathlib
import re
import sys

CHAPTER = re.compile(r"^-{4} (.+?) -+$")
SECTION = re.compile(r"^-- (.+?) -+$")
FUNCTION = re.compile(r"\b(xls_\w+)\(")


class Block:
    """A comment, and the code below it."""

    def __init__(self, comment, code):
        self.comment, self.code = comment, code

    def functions(self):
        code = re.sub(r"/\*.*?\*/", "", self.code, flags=re.S)
        code = re.sub(r"^(?:enum|struct) .*?^\};$", "", code, flags=re.S | re.M)
        return [] if code.startswith("typedef") and "(" not in code.partition(";")[2] else [
            name for line in re.sub(r"^typedef.*?;$", "", code, flags=re.M).split(";")
            for name in FUNCTION.findall(line)[:1]]


class Page:
    def __init__(self, name, title, chapter, comment):
        self.name, self.title, self.chapter, self.comment = name, title, chapter, comment
        self.blocks = []

    def functions(self):
        return [name for block in self.blocks for name in block.functions()]

    def is_object(self):
        return self.chapter == "Objects" and self.title.startswith("xls_")


def blocks(text):
    """The header, cut where a comment or some code begins in the first column."""
    pattern = re.compile(r"^/\*(?P<comment>.*?)\*/\n?|^(?P<code>(?!/\*)\S.*?)(?=^\n|^/\*|\Z)",
                         re.S | re.M)
    comment = None
    for match in pattern.finditer(text):
        if match["comment"] is not None:
            if comment is not None:
                yield Block(comment, "")
            comment = "\n".join(re.sub(r"^ ?\*? ?", "", line) if number else line.strip()
                                for number, line in enumerate(match["comment"].split("\n"))).strip("\n")
        elif not match["code"].startswith("#if") and not match["code"].startswith("#endif"):
            yield Block(comment or "", match["code"].rstrip())
            comment = None
    if comment is not None:
        yield Block(comment, "")


def slug(title):
    return "xlstable_" + re.sub(r"\W+", "_", title.lower()).strip("_")


def pages(text):
    """The introduction, then the pages in the order of the header."""
    body = text.partition("#ifndef XLSTABLE_H")
    introduction = [b.comment for b in blocks(body[0])][-1]
    found, chapter = [], None
    for block in blocks(body[2]):
        head, _, rest = block.comment.partition("\n")
        if CHAPTER.match(head):
            chapter = CHAPTER.match(head)[1]
            found.append(Page(slug(chapter), chapter, chapter, rest.strip("\n")))
        elif SECTION.match(head) and chapter:
            title = SECTION.match(head)[1]
            name = title if title.startswith("xls_") else slug(title)
            found.append(Page(name, title, chapter, rest.strip("\n")))
        elif found:
            found[-1].blocks.append(block)
            continue
        else:
            continue
        if block.code:
            found[-1].blocks.append(Block("", block.code))
    return introduction, [page for page in found if page.comment or page.blocks]


# roff


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def prose(text):
    """Paragraphs; what is indented stays as it is."""
    out = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        if paragraph.startswith(" "):
            out.append(f".nf\n{escaped(paragraph)}\n.fi\n")
        else:
            out.append(escaped(" ".join(paragraph.split())) + "\n")
    return ".PP\n".join(out)


def heading(name, section, version):
    return (f'.\\" Made from xlstable.h by src/generator/manual.py.\n'
            f'.TH {name} {section} "" "libxlstable {version}" "libxlstable"\n')


def page_text(page, version, others):
    what = page.title if not page.is_object() else "an object of the opaque interface of libxlstable"
    out = [heading(page.name, 3, version),
           f".SH NAME\n{escaped(page.name)} \\- {escaped(what[0].lower() + what[1:])}\n",
           ".SH SYNOPSIS\n.nf\n#include <xlstable.h>\n.fi\n.PP\nLink with\n.IR \\-lxlstable .\n"]
    if page.comment:
        out.append(f".SH DESCRIPTION\n{prose(page.comment)}")
    if page.blocks:
        out.append(".SH INTERFACE\n")
    for block in page.blocks:
        if block.code:
            out.append(f".PP\n.nf\n{escaped(block.code)}\n.fi\n")
        if block.comment:
            out.append(f".RS 4\n{prose(block.comment)}.RE\n")
    out.append(".SH SEE ALSO\n.BR xlstable (7)"
               + "".join(f",\n.BR {name} (3)" for name in others) + "\n")
    return "".join(out)


def introduction_text(introduction, found, version):
    title, _, text = introduction.partition("\n")
    chapters = [page for page in found if page.name.startswith("xlstable_")]
    objects = [page for page in found if page.is_object()]
    return (heading("xlstable", 7, version)
            + ".SH NAME\nxlstable \\- Xen's toolstack library without its structs\n"
            + f".SH DESCRIPTION\n{prose(text)}"
            + ".SH CHAPTERS\n"
            + "".join(f".TP\n.BR {page.name} (3)\n{escaped(page.title)}\n" for page in chapters)
            + ".SH OBJECTS\n"
            + ",\n".join(f".BR {page.name} (3)" for page in objects)
            + "\n.SH SEE ALSO\n.BR xlstable (1)\n")


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__.strip())
    header, version, target = pathlib.Path(arguments[0]), arguments[1], pathlib.Path(arguments[2])
    introduction, found = pages(header.read_text())
    target.mkdir(parents=True, exist_ok=True)
    texts = {"xlstable.7": introduction_text(introduction, found, version)}
    for page in found:
        near = [other.name for other in found if other.chapter == page.chapter
                and other is not page and not other.is_object()]
        texts[f"{page.name}.3"] = page_text(page, version, near)
    for page in found:
        # The accessors of an object are on its page; what it does is looked for by its own name.
        for name in [] if page.chapter in ("Objects", "Values") else page.functions():
            texts.setdefault(f"{name}.3", f".so man3/{page.name}.3\n")
    for name, text in texts.items():
        (target / name).write_text(text)
    (target / "pages").write_text("".join(f"{name}\n" for name in sorted(texts)))


if __name__ == "__main__":
    main(sys.argv[1:])
