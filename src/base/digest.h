/* A 64-bit digest of bytes (FNV-1a): tells data apart, is no defence against forgery. */
#ifndef ND_BASE_DIGEST_H
#define ND_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* What a digest begins with. */
static const uint64_t ND_DIGEST_START = 0xcbf29ce484222325u;

/* `sum` with `count` bytes added. */
uint64_t nd_digest(uint64_t sum, const void *bytes, size_t count);

#endif
