# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes functions.c for xlstable-abi: each function of libxl with its types, and the constants."""

import re

import c
from tables import release

PREDICATE = "libxl_event_predicate"     # a function type: it gets an event


class Uses:
    def __init__(self, schema):
        self.schema = schema
        self.types = set(schema.structs) | {e.name for e in schema.enums.values() if not e.plain}

    def mentioned(self, text):
        """The types of the schema in a C type, those inside a record of callbacks too."""
        found = set()
        for word in re.findall(r"\w+", text):
            if word in self.types:
                found.add(word)
            elif word in self.schema.records:
                for _, member in self.schema.records[word].members:
                    found |= self.mentioned(member)
            elif word == PREDICATE:
                found.add("libxl_event")
        return found

    def functions(self):
        for number, function in enumerate(self.schema.functions.values()):
            used = self.mentioned(function.returns)
            for parameter in function.parameters:
                used |= self.mentioned(parameter.type)
            later = [p for p in function.parameters if p.since]
            yield number, function, sorted(used), later

    def files(self):
        arrays, rows = [], []
        for number, function, used, later in self.functions():
            types = f"types_{number}" if used else "NULL"
            if used:
                ids = ", ".join(f"XLS_TYPE_{name}" for name in used)
                arrays.append(c.wrapped(f"static const uint16_t {types}[] = {{ {ids} }};") + "\n")
            parameters = f"parameters_{number}" if later else "NULL"
            if later:
                body = ", ".join(f'{{ "{p.name}", {release(p.since)} }}' for p in later)
                arrays.append(f"static const struct abi_name {parameters}[] = {{ {body} }};\n")
            rows.append(f'    {{ "{function.name}", {release(function.since)}, {types}, '
                        f"{len(used)}, {parameters}, {len(later)} }},\n")
        constants = "".join(f'    {{ "{item.name}", {release(item.since)} }},\n'
                            for item in self.schema.constants.values())
        yield "functions.c", (
            f'{c.LICENCE}{c.BANNER}#include "abi.h"\n\n{"".join(arrays)}\n'
            f"const struct abi_function abi_functions[] = {{\n{''.join(rows)}}};\n"
            f"const size_t abi_function_count = {len(rows)};\n\n"
            f"const struct abi_name abi_constants[] = {{\n{constants}}};\n"
            f"const size_t abi_constant_count = {len(self.schema.constants)};\n")
