/* How a chunk of a Zarr array is packed, and unpacking it: by zlib, Zstandard, Blosc. */
#ifndef ND_RECORDING_ZARR_CODEC_H
#define ND_RECORDING_ZARR_CODEC_H

#include "nulldrift/base.h"

typedef enum nd_zarr_codec { ND_ZARR_RAW, ND_ZARR_ZLIB, ND_ZARR_ZSTD, ND_ZARR_BLOSC } nd_zarr_codec;

/* The codec of that name in Zarr's metadata; false where it is none that is read. */
bool nd_zarr_codec_of(const char *name, nd_zarr_codec *codec);

/* Unpacks `length` bytes to exactly `size` of them at `to`. `path` names the chunk in errors. */
bool nd_zarr_unpack(nd_zarr_codec codec, const unsigned char *bytes, size_t length,
                    unsigned char *to, size_t size, const char *path, nd_error *error);

#endif
