"""Reads the types of a Xen release from its libxl_types.idl into the model of schema.py.

The IDL is Python for Xen's own idl.py, so it is executed, with the idl.py beside it: only ever
point the importer at a Xen tree you would also build. Knows nothing of headers or of our schema.
"""

import contextlib
import io
import pathlib
import types

from schema import Enum, Field, SchemaError, Struct, Value

FOLDERS = ("tools/libs/light", "tools/libxl")       # since 4.15, up to 4.14

SCHEMA_NAMES = {"uint8_t": "uint8", "uint16_t": "uint16", "uint32_t": "uint32",
                "uint64_t": "uint64", "int": "int", "bool": "bool", "char *": "string"}

GENERATED = ("_init", "_dispose", "_copy", "_to_json", "_from_json", "_gen_json", "_to_string",
             "_from_string")


class Types:
    """The enums and structs of a release by name, in the order of the IDL."""

    def __init__(self):
        self.enums, self.structs, self.builtins = {}, {}, []
        self.order = []             # names of enums and structs
        self.generated = set()      # names of the functions that Xen generates from them


def find_folder(source):
    for name in FOLDERS:
        folder = pathlib.Path(source) / name
        if (folder / "libxl_types.idl").is_file():
            return folder
    raise SchemaError(f"{source}: no libxl_types.idl in {' or '.join(FOLDERS)}")


def load_idl_module(folder):
    """Xen's idl.py keeps its namespace in a global, so each reading gets a module of its own.

    Not by `import`, which would leave compiled files in Xen's tree.
    """
    path = folder / "idl.py"
    module = types.ModuleType("xen_idl")
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


def read(source):
    folder = find_folder(source)
    idl = load_idl_module(folder)
    path = str(folder / "libxl_types.idl")
    try:
        with contextlib.redirect_stderr(io.StringIO()):     # idl.parse announces itself
            builtins, declared = idl.parse(path)
    except (SyntaxError, NameError, AttributeError, TypeError, ValueError) as error:
        raise SchemaError(f"{path}: {error}") from error
    return Reader(idl).read(builtins, declared)


class Reader:
    def __init__(self, idl):
        self.idl, self.types = idl, Types()

    def read(self, builtins, declared):
        # Numbers such as MemKB are other names of uint64_t, not types of their own.
        self.types.builtins = [b.typename for b in builtins if not isinstance(b, self.idl.Number)]
        for item in declared:
            self.refuse_oddities(item)
            if isinstance(item, self.idl.Enumeration):
                self.types.enums[item.typename] = self.enum(item)
            elif isinstance(item, self.idl.Struct):
                self.types.structs[item.typename] = self.struct(item)
            else:
                raise SchemaError(f"{item.typename}: the schema has no notation for a "
                                  f"{type(item).__name__} at the top of the IDL")
            self.types.order.append(item.typename)
            self.types.generated |= self.generated_functions(item)
        return self.types

    def refuse_oddities(self, item):
        for what, odd in (("hidden", item.hidden()), ("private", item.private),
                          ("neither in nor out", item.dir == self.idl.DIR_NONE),
                          ("without _copy", item.copy_fn is None
                           and isinstance(item, self.idl.Struct)),
                          ("without JSON", None in (getattr(item, "json_gen_fn", ""),
                                                    getattr(item, "json_parse_fn", "")))):
            if odd:
                raise SchemaError(f"{item.typename}: {what}, and the schema has no notation for it")

    def enum(self, item):
        return Enum(item.typename, default=item.init_val,
                    values=[Value(v.name, int(v.value)) for v in item.values])

    def struct(self, item):
        direction = {self.idl.DIR_IN: "in", self.idl.DIR_OUT: "out"}.get(item.dir, "both")
        return Struct(item.typename, direction=direction, no_dispose=item.dispose_fn is None,
                      fields=list(self.members(item, item.typename)))

    def members(self, aggregate, path):
        """The fields as the C struct has them: a count before its array, a key before its union."""
        for field in aggregate.fields:
            here = f"{path}.{field.name}"
            if isinstance(field.type, self.idl.KeyedUnion):
                yield self.value(field.type.keyvar, here)
                yield self.union(field, here)
            elif isinstance(field.type, self.idl.Array):
                yield self.value(field.type.lenvar, here)
                yield self.array(field, here)
            elif isinstance(field.type, self.idl.Struct) and field.type.typename is None:
                yield Field(field.name, "struct", members=list(self.members(field.type, here)))
            else:
                yield self.value(field, here)

    def value(self, field, path):
        name, default = self.type_name(field.type, path), field.init_val
        if default is None and not isinstance(field.type, self.idl.Aggregate):
            default = field.type.init_val
        return Field(field.name, "value", type=name, default=default, const=field.const,
                     deprecated=field.deprecated_by)

    def array(self, field, path):
        return Field(field.name, "array", type=self.type_name(field.type.elem_type, path),
                     count=field.type.lenvar.name, const=field.const,
                     deprecated=field.deprecated_by)

    def union(self, field, path):
        arms = []
        for arm in field.type.fields:
            if arm.type is None:        # a key without data
                continue
            if arm.type.typename is not None:
                raise SchemaError(f"{path}.{arm.name}: the schema has no notation for an arm of "
                                  f"the type {arm.type.typename}")
            arms.append(Field(arm.name, "arm", when=arm.enumname,
                              members=list(self.members(arm.type, f"{path}.{arm.name}"))))
        return Field(field.name, "union", key=field.type.keyvar.name, members=arms)

    def type_name(self, item, path):
        known = isinstance(item, (self.idl.Builtin, self.idl.Enumeration, self.idl.Struct))
        if not known or item.typename is None:
            raise SchemaError(f"{path}: the schema has no notation for a {type(item).__name__}")
        return SCHEMA_NAMES.get(item.typename, item.typename)

    def generated_functions(self, item):
        names = {item.typename + suffix for suffix in GENERATED}
        if isinstance(item, self.idl.Struct):
            names |= {f"{item.init_fn}_{field.type.keyvar.name}" for field in item.fields
                      if isinstance(field.type, self.idl.KeyedUnion)}
        return names
