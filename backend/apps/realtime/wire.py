"""RFC 6455: a text message as the bytes that a server sends. Made once, however many sockets take them."""

# A longer message goes as several frames of this size, between which pings, pongs and a close may be sent.
# It is the largest whose length takes two bytes.
PIECE_BYTES = 0xFFFF

TEXT, CONTINUATION = 0x1, 0x0
IS_LAST = 0x80
# The largest payload whose length stands in the second byte; that of others stands in the two behind it.
SHORT = 125


def text_pieces(payload: bytes) -> tuple[bytes, ...]:
    """The message's frames, each at most PIECE_BYTES and a head. One may end within a character."""
    if len(payload) <= PIECE_BYTES:
        return (_head(TEXT | IS_LAST, len(payload)) + payload,)
    parts = [payload[start : start + PIECE_BYTES] for start in range(0, len(payload), PIECE_BYTES)]
    codes = [TEXT, *[CONTINUATION] * (len(parts) - 2), CONTINUATION | IS_LAST]
    return tuple(_head(code, len(part)) + part for code, part in zip(codes, parts, strict=True))


def _head(code: int, length: int) -> bytes:
    """What stands before the payload; a server's frames are not masked."""
    if length <= SHORT:
        return bytes((code, length))
    return bytes((code, 126)) + length.to_bytes(2, "big")
