"""The form in which texts go to through_level and results come back; JSON as libyajl writes it."""

import json


def write_texts(texts):
    out = bytearray()
    for text in texts:
        body = text.body.encode() if isinstance(text.body, str) else text.body
        out += f"{text.type} {text.name} {len(body)}\n".encode() + body + b"\n"
    return bytes(out)


def read_results(data):
    """{name: {way: result}}"""
    results, position = {}, 0
    while position < len(data):
        end = data.index(b"\n", position)
        name, way, length = data[position:end].decode().split(" ")
        start = end + 1
        results.setdefault(name, {})[way] = data[start:start + int(length)].decode()
        position = start + int(length) + 1
    return results


class Number(str):
    """Kept as it was written: 9223372036854775807 is no float."""


def parse(text):
    """A map becomes a list of pairs, so that order and doubled keys can be seen."""
    return json.loads(text, object_pairs_hook=Map, parse_int=Number, parse_float=Number)


class Map(list):
    pass


STRING = json.JSONEncoder(ensure_ascii=False)


def string(text):
    # yajl writes DEL and everything above as it is, and a control character in capitals.
    out = []
    for character in text:
        escaped = STRING.encode(character)[1:-1]
        out.append("\\u" + escaped[2:].upper() if escaped.startswith("\\u") else escaped)
    return '"' + "".join(out) + '"'


def dump(value, depth=0):
    """As yajl indents it; differential_test.py proves this on every text of libxl's."""
    inner, outer = "    " * (depth + 1), "    " * depth
    if isinstance(value, Map):
        rows = ",\n".join(f"{inner}{string(k)}: {dump(v, depth + 1)}" for k, v in value)
        text = "{\n" + (rows + "\n" if rows else "\n") + outer + "}"
    elif isinstance(value, list):
        rows = ",\n".join(inner + dump(v, depth + 1) for v in value)
        text = "[\n" + (rows + "\n" if rows else "\n") + outer + "]"
    elif isinstance(value, Number):
        text = str(value)
    elif isinstance(value, str):
        text = string(value)
    else:
        text = {True: "true", False: "false", None: "null"}[value]
    return text if depth else text + "\n"
