"""A copy of the schema, a Xen tree to edit, and the importer: what its tests have in common."""

import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "abi" / "libxl"
IMPORTER = ROOT / "src" / "generator" / "importer.py"

sys.path.insert(0, str(IMPORTER.parent))
sys.dont_write_bytecode = True

import schema           # noqa: E402


def without_doc(line):
    return re.sub(r"(?<=\S)\s+-- .*", "", line)


class ImporterCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.schema, self.tree = self.folder / "schema", self.folder / "xen"

    def importer(self, *arguments):
        return subprocess.run([sys.executable, "-B", IMPORTER, *map(str, arguments),
                               "--schema", self.schema], capture_output=True, text=True)

    def contents(self):
        return {path.name: path.read_text() for path in sorted(self.schema.iterdir())}

    def edit(self, name, old, new):
        """Changes the one place of the tree that has the text."""
        path = next(self.tree.rglob(name))
        text = path.read_text()
        self.assertEqual(text.count(old), 1, f"'{old}' in {name}")
        path.write_text(text.replace(old, new))

    def imported(self, release):
        """Imports the tree; the lines that went and came, without their documentation."""
        before = self.contents()
        run = self.importer(release, self.tree)
        self.assertEqual(run.returncode, 0, run.stderr + run.stdout)
        gone, come = [], []
        for name, text in self.contents().items():
            lines = difflib.unified_diff(before[name].splitlines(), text.splitlines(), n=0)
            for line in list(lines)[2:]:        # the first two name the files
                if line[0] in "-+" and line[1:].strip():
                    (gone if line[0] == "-" else come).append(without_doc(line[1:]))
        schema.load(self.schema)
        return gone, come

    def refused(self, release, *words):
        """The import fails with a message that has all the words, and touches no file."""
        before = self.contents()
        run = self.importer(release, self.tree)
        self.assertEqual(run.returncode, 1, run.stdout)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertEqual(self.contents(), before)

    def line_before(self, name, line):
        lines = [without_doc(text) for text in self.contents()[name].splitlines()]
        return lines[lines.index(line) - 1].split()[0]
