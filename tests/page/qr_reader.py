"""Reads a QR code's modules as a camera's program would, so that a test knows what the code says.

It knows the versions 1 to 5 with blocks of equal length and text as bytes, all that short links need, and
leaves error correction out: what a browser has drawn has no dirt on it.
"""

from collections.abc import Callable, Iterator

Modules = list[list[bool]]

# By (version, level): blocks, and bytes of data in each. The level's names are those of the format bits.
BLOCKS = {
    **{(1, "L"): (1, 19), (1, "M"): (1, 16), (1, "Q"): (1, 13), (1, "H"): (1, 9)},
    **{(2, "L"): (1, 34), (2, "M"): (1, 28), (2, "Q"): (1, 22), (2, "H"): (1, 16)},
    **{(3, "L"): (1, 55), (3, "M"): (1, 44), (3, "Q"): (2, 17), (3, "H"): (2, 13)},
    **{(4, "L"): (1, 80), (4, "M"): (2, 32), (4, "Q"): (2, 24), (4, "H"): (4, 9)},
    **{(5, "L"): (1, 108), (5, "M"): (2, 43)},
}
LEVELS = {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}
FORMAT_MASK = 0b101010000010010
FORMAT_PLACES = [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, 7), (8, 8), (7, 8)]
MASKS: list[Callable[[int, int], bool]] = [
    lambda row, column: (row + column) % 2 == 0,
    lambda row, column: row % 2 == 0,
    lambda row, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
]
BYTES_MODE = 0b0100


def text_of(modules: Modules) -> str:
    """`modules[row][column]` is dark or not, without the quiet zone."""
    version = (len(modules) - 17) // 4
    level, mask = _format_of(modules)
    blocks, length = BLOCKS[version, level]
    bits = _bits(modules, MASKS[mask])
    codewords = [_number(bits, 8) for _ in range(blocks * length)]
    data = bytes(codewords[at * blocks + block] for block in range(blocks) for at in range(length))
    content = iter([byte >> shift & 1 for byte in data for shift in range(7, -1, -1)])
    assert _number(content, 4) == BYTES_MODE
    return bytes(_number(content, 8) for _ in range(_number(content, 8))).decode()


def _format_of(modules: Modules) -> tuple[str, int]:
    """The level and the number of the mask, which stand beside the upper left finder."""
    bits = iter([int(modules[row][column]) for row, column in FORMAT_PLACES])
    # The first 9 of the 15 bits hold both; the rest corrects errors.
    value = _number(bits, 9) ^ (FORMAT_MASK >> 6)
    return LEVELS[value >> 7], value >> 4 & 0b111


def _bits(modules: Modules, is_masked: Callable[[int, int], bool]) -> Iterator[int]:
    """In twos of columns from the right, up and down in turns, past what belongs to the code itself."""
    size = len(modules)
    rows = range(size)
    for turn, right in enumerate([*range(size - 1, 6, -2), *range(5, 0, -2)]):
        for row in rows if turn % 2 else reversed(rows):
            for column in (right, right - 1):
                if not _is_fixed(row, column, size):
                    yield modules[row][column] ^ is_masked(row, column)


def _is_fixed(row: int, column: int, size: int) -> bool:
    """Finders with the format beside them, the timing lines, and from version 2 on the alignment square."""
    far = size - 8
    is_finder = (row <= 8 and (column <= 8 or column >= far)) or (row >= far and column <= 8)
    centre = size - 7
    is_aligning = size > 21 and abs(row - centre) <= 2 and abs(column - centre) <= 2
    return is_finder or is_aligning or row == 6 or column == 6


def _number(bits: Iterator[int], count: int) -> int:
    value = 0
    for _ in range(count):
        value = value << 1 | next(bits)
    return value
