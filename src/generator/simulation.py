"""Writes what surrounds the simulated libxenlight (src/sim): its functions, and what each release
exports."""

import c
import schema

# What Xen's generator makes for a type, by way of the schema.
FAMILY = {
    "init": "xls_object_init(&sim_layout, {type}, p);",
    "init_key": "xls_object_init_arm(&sim_layout, {type}, p, {last});",
    "dispose": "sim_dispose({type}, p);",
    "copy": "sim_copy_into({type}, dst, src);",
    "to_json": "return sim_to_json({type}, {address}{first});",
    "from_json": "return sim_from_json({type}, {first}, s);",
    "to_string": "return sim_enum_text({type}, e);",
    "from_string": "return sim_enum_number({type}, s, (int *)e);",
}


# The symbol version of each library, as `readelf -V` shows it of Debian's: none in 4.14, VERS_4.17.0
# in 4.17, libxenlight_4.20.0 in 4.20. The releases between them are taken to be like the one before.
NODES = [("4.14", ""), ("4.15", "VERS_{release}.0 "), ("4.18", "{library}_{release}.0 ")]


def node_of(library, release):
    key = schema.release_key(release)
    node = [text for since, text in NODES if schema.release_key(since) <= key][-1]
    return node.format(library=library, release=release)


def family(model, item):
    made = c.Family(model)
    return made.of_enum(item) if item.name in model.enums else made.of_struct(item)


def exported(model, release, util, extra=(), node=""):
    """The symbols of one library of one release, as a version script."""
    def there(item):
        return not item.since or schema.release_key(item.since) <= schema.release_key(release)

    names = list(extra)
    if not util:
        names += [name for item in model.declarations if there(item)
                  for _, name, _, _ in family(model, item)]
    names += [f.name for f in model.functions.values() if not f.inline and there(f)
              and (f.header == "libxlutil.h") == util]
    rows = "".join(f"    {name};\n" for name in names)
    return f"{node}{{\nglobal:\n{rows}local:\n    *;\n}};\n"


class Simulation:
    def __init__(self, model):
        self.model = model

    def files(self):
        yield "simulation.c", "".join(self.source())
        yield "functions.h", (c.LICENCE + c.BANNER + "/* What src/sim may have, or not. */\n\n"
                              + "".join(self.guarded(f, self.declaration(f))
                                        for f in self.wrapped()))
        for release in self.model.releases:
            for name, util in ("libxenlight", False), ("libxlutil", True):
                yield f"{name}-{release}.map", exported(self.model, release, util,
                                                        node=node_of(name, release))

    def source(self):
        yield c.LICENCE + c.BANNER + '#include "simulation.h"\n\n'
        for item in self.model.declarations:
            for kind, name, returns, parameters in family(self.model, item):
                value = parameters[1].name if parameters[0].name == "ctx" else parameters[0].name
                body = FAMILY[kind].format(type=f"XLS_TYPE_{item.name}", first=value,
                                           last=parameters[-1].name,
                                           address="&" if item.name in self.model.enums else "")
                yield self.definition(name, returns, parameters, f"    {body}\n")
        for function in self.model.functions.values():
            # src/surface/bitmap.c and builtin.c have the other ones that need no Xen.
            if function.local and function.name.endswith("_list_free"):
                yield self.list_free(function)
        for function in self.wrapped():
            yield self.guarded(function, self.wrapper(function))

    def wrapped(self):
        return [f for f in self.model.functions.values() if not f.inline and not f.local]

    @staticmethod
    def guarded(function, text):
        arch = c.ARCH[function.arch].rpartition(" || ")[0] if function.arch else None
        return f"#if {arch}\n{text}#endif\n\n" if arch else text

    @staticmethod
    def declaration(function):
        text = c.wrapped(c.prototype(function.returns, f"sim_{function.name}",
                                     function.parameters))
        return f"SIM_OPTIONAL {text};\n"

    @staticmethod
    def definition(name, returns, parameters, body):
        return f"{c.wrapped(c.prototype(returns, name, parameters))}\n{{\n{body}}}\n\n"

    def list_free(self, function):
        array, count = function.parameters
        element = array.type.rstrip(" *")
        return self.definition(function.name, function.returns, function.parameters,
                               f"    sim_list_free(XLS_TYPE_{element}, {array.name}, {count.name});\n")

    def wrapper(self, function):
        """Counts and faults first; then what src/sim has, if it has it."""
        names = [p.name for p in function.parameters]
        ctx = "ctx" if "ctx" in names else "*pctx" if "pctx" in names else "NULL"
        if ctx == "*pctx":
            ctx = "NULL"
        domid = next((n for n in ("domid", "domid_vm") if n in names
                      and "*" not in function.parameters[names.index(n)].type), "SIM_NO_DOMAIN")
        enter = f'sim_enter("{function.name}", {ctx}, {domid})'
        lacks = f'sim_lacks("{function.name}", {ctx})'
        call = f"sim_{function.name}({', '.join(names)})"
        if function.returns == "int":
            body = (f"    int rc = {enter};\n\n    if (rc)\n        return rc;\n"
                    f"    return sim_{function.name} ? {call} : {lacks};\n")
        elif function.returns == "void":
            body = (f"    {enter};\n    if (sim_{function.name})\n        {call};\n"
                    f"    else\n        {lacks};\n")
        else:
            nothing = "NULL" if function.returns.endswith("*") else "0"
            body = (f"    if ({enter})\n        return {nothing};\n"
                    f"    if (sim_{function.name})\n        return {call};\n"
                    f"    {lacks};\n    return {nothing};\n")
        return self.definition(function.name, function.returns,
                                             function.parameters, body)
