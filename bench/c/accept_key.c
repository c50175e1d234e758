#include "accept_key.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DIGEST_BYTES 20

static uint32_t rotated(uint32_t value, int by) { return value << by | value >> (32 - by); }

static uint32_t mixed(int round, uint32_t b, uint32_t c, uint32_t d) {
    if (round < 20) return ((b & c) | (~b & d)) + 0x5A827999;
    if (round < 40) return (b ^ c ^ d) + 0x6ED9EBA1;
    if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
    return (b ^ c ^ d) + 0xCA62C1D6;
}

static void add_block(uint32_t state[5], const unsigned char *block) {
    uint32_t words[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int index = 0; index < 16; index++)
        words[index] = (uint32_t)block[4 * index] << 24 | (uint32_t)block[4 * index + 1] << 16 |
                       (uint32_t)block[4 * index + 2] << 8 | block[4 * index + 3];
    for (int index = 16; index < 80; index++)
        words[index] = rotated(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1);
    for (int round = 0; round < 80; round++) {
        uint32_t next = rotated(a, 5) + mixed(round, b, c, d) + e + words[round];
        e = d, d = c, c = rotated(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* Of a text shorter than 120 bytes. */
static void sha1(const char *text, unsigned char digest[DIGEST_BYTES]) {
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    unsigned char padded[128] = {0};
    size_t length = strlen(text), blocks = length < 56 ? 1 : 2;
    memcpy(padded, text, length);
    padded[length] = 0x80;
    padded[64 * blocks - 2] = (unsigned char)(length * 8 >> 8);
    padded[64 * blocks - 1] = (unsigned char)(length * 8);
    for (size_t block = 0; block < blocks; block++) add_block(state, padded + 64 * block);
    for (int index = 0; index < DIGEST_BYTES; index++) digest[index] = (unsigned char)(state[index / 4] >> (24 - index % 4 * 8));
}

void accept_key(const char *key, char *out) {
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[120];
    unsigned char digest[DIGEST_BYTES + 1] = {0};
    snprintf(text, sizeof text, "%.60s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    sha1(text, digest);
    for (int index = 0; index < ACCEPT_KEY_LENGTH; index++) {
        int bit = index * 6, shift = 10 - bit % 8;
        unsigned pair = (unsigned)digest[bit / 8] << 8 | (bit / 8 < DIGEST_BYTES ? digest[bit / 8 + 1] : 0);
        out[index] = LETTERS[pair >> shift & 63];
    }
    out[ACCEPT_KEY_LENGTH - 1] = '=';
    out[ACCEPT_KEY_LENGTH] = 0;
}
