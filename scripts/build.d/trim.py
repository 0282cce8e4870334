#!/usr/bin/env python3
"""Takes out of an executable what nothing reads when it runs, and what no backtrace needs.

usage: trim.py FILE

- What is not loaded goes: debug information, the linker's relocations.
- Of the symbol table one name stays for each address at which a function begins. Names of variables, of sections and of local jumps go,
  and second names of functions. Functions that the compiler makes for each type, such as those that copy its values, share the name of
  what they do.
- What llvm-bolt keeps of the tables for unwinding as they were (.bolt.org.eh_frame) goes, whole pages of it, since it has written them anew.

Everything that is loaded stays at its address in memory. After llvm-bolt strip and llvm-objcopy would move the program
headers to where their place in the file is not that in memory; the program that prints backtraces looks for them there, and then no frame
has a name.
"""

import re
import struct
import sys

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
PT_LOAD, PT_PHDR = 1, 6
PF_W = 2
SHT_NULL, SHT_SYMTAB = 0, 2
SHF_ALLOC, SHF_INFO_LINK = 2, 0x40
STT_FUNC = 2
SHN_UNDEF, SHN_LORESERVE = 0, 0xFF00
PAGE = 4096


def fail(reason):
    sys.exit(f"trim.py: {reason}")


class Record:
    """A header of the file, whose fields have names."""

    def __init__(self, layout, names, values):
        self.layout, self.names_of_fields = layout, names
        for name, value in zip(names, values):
            setattr(self, name, value)

    def values(self):
        return [getattr(self, name) for name in self.names_of_fields]

    def packed(self):
        return self.layout.pack(*self.values())

    def copy(self):
        return Record(self.layout, self.names_of_fields, self.values())


class Executable:
    """An ELF file of 64 bits, with its headers."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            fail(f"{path} is no executable of 64 bits, the least significant byte first")
        self.head = Record(
            HEADER,
            ("ident", "type", "machine", "version", "entry", "programs", "sections", "flags", "size", "program_size",
             "program_count", "section_size", "section_count", "names"),
            HEADER.unpack_from(self.data))
        self.programs = [
            Record(PROGRAM_HEADER, ("type", "flags", "offset", "address", "physical", "size", "memory", "alignment"), values)
            for values in self.rows(PROGRAM_HEADER, self.head.programs, self.head.program_count)]
        self.sections = [
            Record(SECTION, ("name", "type", "flags", "address", "offset", "size", "link", "info", "alignment", "entry"), values)
            for values in self.rows(SECTION, self.head.sections, self.head.section_count)]
        for index, section in enumerate(self.sections):
            section.index = index
        self.section_names = self.content(self.sections[self.head.names])

    def rows(self, layout, start, count):
        return layout.iter_unpack(self.data[start:start + count * layout.size])

    def content(self, section):
        return self.data[section.offset:section.offset + section.size]

    def name(self, section):
        return text_at(self.section_names, section.name).decode()


def text_at(table, offset):
    return table[offset:table.index(b"\0", offset)]


# --- Names

# How the compiler's own functions end, mangled (docs/ABI/Mangling.rst of Swift), and what they are called: of which type says little in a
# backtrace, and takes a megabyte.
MADE_BY_THE_COMPILER = (
    (re.compile(rb"\$s.*w[a-zA-Z]{2}"), b"value_witness"),
    (re.compile(rb"\$s.*WO[a-z]"), b"outlined_copy_of_value"),
    (re.compile(rb"\$s.*W[lL]"), b"witness_table_accessor"),
    (re.compile(rb"\$s.*Ma"), b"type_metadata_accessor"),
)


def shared(name):
    """What a function is called: its own name, or that of its kind."""
    return next((kind for pattern, kind in MADE_BY_THE_COMPILER if pattern.fullmatch(name)), name)


def functions(table, names):
    """The symbols that stay, as (name, fields): of each address the one that covers most, and of equal ones the shortest name."""
    chosen = {}
    for fields in SYMBOL.iter_unpack(table):
        name, info, _, section, value, size = fields
        if info & 15 != STT_FUNC or section == SHN_UNDEF or section >= SHN_LORESERVE:
            continue
        name = text_at(names, name)
        rank = (-size, len(name), name)
        if value not in chosen or rank < chosen[value][0]:
            chosen[value] = (rank, name, fields)
    # Local ones come first, as the format wants it.
    return [(shared(name), fields) for _, name, fields in sorted(chosen.values(), key=lambda each: (each[2][1] >> 4 != 0, each[2][4]))]


def string_table(names):
    """A table of the names, a name that ends another one inside it; with where each is."""
    table, places, last = bytearray(b"\0"), {b"": 0}, b""
    for name in sorted(set(names) - {b""}, key=lambda name: name[::-1], reverse=True):
        if last.endswith(name):
            places[name] = places[last] + len(last) - len(name)
        else:
            places[name] = len(table)
            table += name + b"\0"
            last = name
    return bytes(table), places


def symbol_table(symbols, places, numbers):
    """The table of these symbols, with the sections' new numbers; and how many of them are local."""
    rows = [(0, 0, 0, 0, 0, 0)]
    rows += [(places[name], info, other, numbers[section], value, size) for name, (_, info, other, section, value, size) in symbols]
    return b"".join(SYMBOL.pack(*row) for row in rows), sum(row[1] >> 4 == 0 for row in rows)


# --- What is loaded, and nothing reads


def rounded_up(offset, unit):
    return -(-offset // unit) * unit


def dead_pages(file):
    """The sections that llvm-bolt has written anew; a place in the first of them for the program headers; and the ranges of whole pages
    in them, behind that place."""
    sections = [section for section in file.sections if file.name(section) in (".bolt.org.eh_frame", ".bolt.org.eh_frame_hdr")]
    place = rounded_up(min((section.offset for section in sections), default=0), 8)
    # One more for each range that is left out.
    behind = place + (len(file.programs) + len(sections)) * PROGRAM_HEADER.size
    ranges = [(rounded_up(max(section.offset, behind), PAGE), (section.offset + section.size) // PAGE * PAGE) for section in sections]
    return sections, place, sorted(each for each in ranges if each[0] < each[1])


def split(programs, ranges):
    """The program headers, with each range left out of what is loaded."""
    result = []
    for program in programs:
        for first, last in ranges if program.type == PT_LOAD else ():
            if not program.offset < first < last < program.offset + program.size:
                continue
            if program.size != program.memory or program.flags & PF_W:
                fail("the old tables for unwinding are in what may be written")
            before = program.copy()
            before.size = before.memory = first - program.offset
            result.append(before)
            passed = last - program.offset
            program.offset, program.address, program.physical = last, program.address + passed, program.physical + passed
            program.size = program.memory = program.size - passed
        result.append(program)
    return result


def program_headers_at(place, programs):
    """Tells the program headers that their table is at this place, in the file as in memory."""
    size = len(programs) * PROGRAM_HEADER.size
    around = [each for each in programs if each.type == PT_LOAD and each.offset <= place and place + size <= each.offset + each.size]
    if not around or around[0].address != around[0].offset:
        fail("the old tables for unwinding have another place in memory than in the file, and no room for the program headers")
    for program in programs:
        if program.type == PT_PHDR:
            program.offset = program.address = program.physical = place
            program.size = program.memory = size


# --- The file anew


def tables_of(file):
    """The symbol table, its names, and the sections' names."""
    table = next((section for section in file.sections if section.type == SHT_SYMTAB), None)
    if table is None:
        fail("there is no symbol table")
    return [table, file.sections[table.link], file.sections[file.head.names]]


def trimmed(file):
    tables, end = tables_of(file), max(program.offset + program.size for program in file.programs if program.type == PT_LOAD)
    gone, place, ranges = dead_pages(file)
    gone += [section for section in file.sections if section.type != SHT_NULL and not section.flags & SHF_ALLOC and section not in tables]
    sections = [section for section in file.sections if section not in gone]
    numbers = {section.index: number for number, section in enumerate(sections)}

    symbols = functions(*(file.content(section) for section in tables[:2]))
    names, places = string_table([name for name, _ in symbols])
    symbol_rows, tables[0].info = symbol_table(symbols, places, numbers)
    contents = [symbol_rows, names, file.section_names]

    programs, head = split(file.programs, ranges), file.head
    if ranges:
        head.programs, head.program_count = place, len(programs)
        program_headers_at(place, programs)

    # Without the ranges, whole pages, what stands behind them keeps its place in its page, as those who load it want it.
    def moved(offset):
        return offset - sum(min(last, max(offset, first)) - first for first, last in ranges)

    bounds = [0, *(bound for each in ranges for bound in each), end]
    result = bytearray(b"".join(file.data[first:last] for first, last in zip(bounds[::2], bounds[1::2])))
    for record in programs + [section for section in sections if section not in tables]:
        record.offset = moved(record.offset)
    if ranges:
        result[head.programs:head.programs + len(programs) * PROGRAM_HEADER.size] = b"".join(map(Record.packed, programs))
    for section, content in zip(tables, contents):
        result += b"\0" * (-len(result) % max(section.alignment, 1))
        section.offset, section.size = len(result), len(content)
        result += content
    result += b"\0" * (-len(result) % 8)
    head.sections, head.section_count, head.names = len(result), len(sections), numbers[head.names]
    for section in sections:
        section.link = numbers.get(section.link, 0)
        if section.flags & SHF_INFO_LINK:
            section.info = numbers[section.info]
        result += section.packed()
    result[:HEADER.size] = head.packed()
    return result


def main(path):
    result = trimmed(Executable(path))
    with open(path, "r+b") as file:
        file.write(result)
        file.truncate()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    main(sys.argv[1])
