#include "store/recording_transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Products of two of them cannot overflow. */
enum { MOST_ENTRIES = 1 << 30 };

static bool define(nd_transfer *transfer, const nd_variable *variable, nd_nc_type type) {
    return !transfer->writing ||
           nd_nc_define(transfer->file, variable->name, type, variable->dimensions, variable->units,
                        variable->definition, transfer->error);
}

static bool move_doubles(nd_transfer *transfer, const nd_variable *variable, double *values,
                         size_t count, nd_nc_type type) {
    if (!define(transfer, variable, type))
        return false;
    return transfer->writing
               ? nd_nc_put(transfer->file, variable->name, values, count, transfer->error)
               : nd_nc_get(transfer->file, variable->name, values, count, transfer->error);
}

void nd_transfer_column(nd_transfer *transfer, nd_variable variable, double *first, size_t stride,
                        size_t count) {
    if (!transfer->fine || count == 0)
        return;
    double *values = nd_doubles(count, transfer->error);
    transfer->fine = values;
    for (size_t i = 0; values && transfer->writing && i < count; i++)
        values[i] = *(double *)((char *)first + i * stride);
    transfer->fine =
        transfer->fine && move_doubles(transfer, &variable, values, count, ND_NC_DOUBLE);
    for (size_t i = 0; transfer->fine && !transfer->writing && i < count; i++)
        *(double *)((char *)first + i * stride) = values[i];
    free(values);
}

void nd_transfer_ids(nd_transfer *transfer, nd_variable variable, int64_t *first, size_t stride,
                     size_t count) {
    if (!transfer->fine || count == 0)
        return;
    int64_t *values = nd_array(count, sizeof *values, transfer->error);
    transfer->fine = values && define(transfer, &variable, ND_NC_INT64);
    for (size_t i = 0; values && transfer->writing && i < count; i++)
        values[i] = *(int64_t *)((char *)first + i * stride);
    if (transfer->fine)
        transfer->fine =
            transfer->writing
                ? nd_nc_put_int64(transfer->file, variable.name, values, count, transfer->error)
                : nd_nc_get_int64(transfer->file, variable.name, values, count, transfer->error);
    for (size_t i = 0; transfer->fine && !transfer->writing && i < count; i++)
        *(int64_t *)((char *)first + i * stride) = values[i];
    free(values);
}

void nd_transfer_sizes(nd_transfer *transfer, nd_variable variable, size_t *first, size_t stride,
                       size_t count) {
    if (!transfer->fine || count == 0)
        return;
    int64_t *values = nd_array(count, sizeof *values, transfer->error);
    transfer->fine = values;
    for (size_t i = 0; values && transfer->writing && i < count; i++)
        values[i] = (int64_t) * (size_t *)((char *)first + i * stride);
    nd_transfer_ids(transfer, variable, values, sizeof *values, count);
    for (size_t i = 0; transfer->fine && !transfer->writing && i < count; i++) {
        if (values[i] < 0)
            transfer->fine = nd_fail(transfer->error, nd_nc_path(transfer->file), "",
                                     "%s holds %lld", variable.name, (long long)values[i]);
        else
            *(size_t *)((char *)first + i * stride) = (size_t)values[i];
    }
    free(values);
}

void nd_transfer_flags(nd_transfer *transfer, nd_variable variable, bool *first, size_t stride,
                       size_t count) {
    if (!transfer->fine || count == 0)
        return;
    double *values = nd_doubles(count, transfer->error);
    transfer->fine = values;
    for (size_t i = 0; values && transfer->writing && i < count; i++)
        values[i] = *(bool *)((char *)first + i * stride);
    transfer->fine = transfer->fine && move_doubles(transfer, &variable, values, count, ND_NC_BYTE);
    for (size_t i = 0; transfer->fine && !transfer->writing && i < count; i++)
        *(bool *)((char *)first + i * stride) = values[i] != 0.0;
    free(values);
}

void nd_transfer_texts(nd_transfer *transfer, nd_variable variable, char **first, size_t stride,
                       size_t count) {
    if (!transfer->fine || count == 0)
        return;
    if (!transfer->writing) {
        char **texts = nd_nc_get_strings(transfer->file, variable.name, count, transfer->error);
        transfer->fine = texts;
        for (size_t i = 0; texts && i < count; i++)
            *(char **)((char *)first + i * stride) = texts[i];
        free(texts);
        return;
    }
    const char **texts = nd_array(count, sizeof *texts, transfer->error);
    for (size_t i = 0; texts && i < count; i++)
        texts[i] = *(char **)((char *)first + i * stride);
    transfer->fine = texts && nd_nc_put_strings(transfer->file, variable.name, variable.dimensions,
                                                variable.definition, texts, count, transfer->error);
    free(texts);
}

void nd_transfer_attribute(nd_transfer *transfer, const char *name, char **text) {
    if (!transfer->fine)
        return;
    if (transfer->writing)
        transfer->fine = nd_nc_put_text(transfer->file, NULL, name, *text, transfer->error);
    else
        transfer->fine = (*text = nd_nc_text(transfer->file, NULL, name, transfer->error)) != NULL;
}

void nd_transfer_dimension(nd_transfer *transfer, const char *name, size_t *length) {
    if (!transfer->fine)
        return;
    if (transfer->writing)
        transfer->fine =
            *length == 0 || nd_nc_define_dimension(transfer->file, name, *length, transfer->error);
    else if (!nd_nc_dimension(transfer->file, name, length, NULL))
        *length = 0;
    else if (*length > MOST_ENTRIES)
        transfer->fine = nd_fail(transfer->error, nd_nc_path(transfer->file), "",
                                 "its dimension %s, %zu, is none of results", name, *length);
}

void nd_transfer_array(nd_transfer *transfer, void *array, size_t count, size_t size) {
    if (!transfer->fine || transfer->writing)
        return;
    void *made = nd_array(count, size, transfer->error);
    memcpy(array, &made, sizeof made);
    transfer->fine = made;
}
