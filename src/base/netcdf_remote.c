#include "base/netcdf_remote.h"

#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/hdf5_again.h"
#include "base/hdf5_shown.h"
#include "base/hdf5_whole.h"
#include "base/netcdf_contents.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_names.h"
#include "base/netcdf_waiting.h"

enum { MOST_RANK = 8, MOST_PATH = 2048, MOST_ANSWER = 1 << 25, SECONDS_A_QUESTION = 60 };

/* What is asked for: a part of a variable. */
typedef struct question {
    char group[MOST_PATH], name[NC_MAX_NAME + 1]; /* the group by its path; "": the file itself */
    uint64_t kind, rank, start[MOST_RANK], extent[MOST_RANK];
    nd_nc_packing packing; /* of pieces as they are packed: how, and from which on */
    uint64_t first;
} question;

/* Of one value; 0 where none can be had. */
static size_t size_of(nd_nc_kind kind, int group, int variable) {
    nc_type type = NC_NAT;
    size_t size = 0;
    if (kind == ND_NC_AS_STORED)
        return nc_inq_vartype(group, variable, &type) == NC_NOERR && type != NC_STRING &&
                       type <= NC_MAX_ATOMIC_TYPE &&
                       nc_inq_type(group, type, NULL, &size) == NC_NOERR
                   ? size
                   : 0;
    return kind == ND_NC_AS_DOUBLES ? sizeof(double)
           : kind == ND_NC_AS_INT64 ? sizeof(int64_t)
           : kind == ND_NC_AS_TEXTS ? sizeof(char *)
                                    : 1;
}

static int get(int group, int variable, nd_nc_kind kind, const size_t *start, const size_t *extent,
               void *values) {
    switch (kind) {
    case ND_NC_AS_DOUBLES:
        return nc_get_vara_double(group, variable, start, extent, values);
    case ND_NC_AS_INT64:
        return nc_get_vara_longlong(group, variable, start, extent, values);
    case ND_NC_AS_CHARACTERS:
        return nc_get_vara_text(group, variable, start, extent, values);
    case ND_NC_AS_BYTES:
        return nc_get_vara_schar(group, variable, start, extent, values);
    case ND_NC_AS_TEXTS:
        return nc_get_vara_string(group, variable, start, extent, values);
    case ND_NC_AS_STORED:
        return nc_get_vara(group, variable, start, extent, values);
    case ND_NC_AS_PACKED:
        break;
    }
    return NC_EINVAL;
}

/* --- in the reader --- */

static bool put_texts(nd_buffer *answer, char **texts, size_t count, nd_error *error) {
    bool fine = true;
    for (size_t i = 0; fine && i < count; i++)
        fine = nd_buffer_put_text(answer, texts[i] ? texts[i] : "", error);
    (void)nc_free_string(count, texts);
    return fine;
}

/* Pieces as they are packed; NC_EBADCHUNK where they are none of that packing. netCDF has the file
 * open, too: HDF5 closes it with the process. */
static bool answer_packed(const char *path, const question *asked, nd_buffer *answer,
                          nd_error *error) {
    static hid_t file = H5I_INVALID_HID;
    char dataset_path[sizeof asked->group + sizeof asked->name + 1];
    if (file < 0)
        file = nd_hdf5_open_again(path, H5F_ACC_RDONLY);
    snprintf(dataset_path, sizeof dataset_path, "%s/%s", asked->group, asked->name);
    hid_t dataset = file >= 0 ? H5Dopen2(file, dataset_path, H5P_DEFAULT) : H5I_INVALID_HID;
    int64_t said = NC_NOERR;
    bool can = false;
    bool fine = nd_buffer_put(answer, &said, sizeof said, error);
    if (fine && dataset >= 0)
        fine = nd_nc_packed_put(dataset, &asked->packing, asked->first, answer, &can, error);
    said = can ? NC_NOERR : NC_EBADCHUNK;
    if (fine)
        memcpy(answer->bytes, &said, sizeof said);
    if (dataset >= 0)
        H5Dclose(dataset);
    return fine;
}

/* netCDF's status, and the values if it is that of success. */
static bool answer_one(int file, const question *asked, nd_buffer *answer, nd_error *error) {
    int group = file, variable = -1;
    size_t start[MOST_RANK], extent[MOST_RANK], count = 1;
    nd_nc_kind kind = (nd_nc_kind)asked->kind;
    for (uint64_t d = 0; d < asked->rank; d++) {
        start[d] = (size_t)asked->start[d];
        extent[d] = (size_t)asked->extent[d];
        if (__builtin_mul_overflow(count, extent[d], &count))
            return nd_fail(error, NULL, NULL, "too much is asked for at once");
    }
    int status = asked->group[0] ? nc_inq_grp_full_ncid(file, asked->group, &group) : NC_NOERR;
    if (status == NC_NOERR)
        status = nc_inq_varid(group, asked->name, &variable);
    size_t size = status == NC_NOERR ? size_of(kind, group, variable) : 1;
    if (size == 0)
        status = NC_EBADTYPE;
    void *values = nd_array(count, size, error);
    if (!values)
        return false;
    if (status == NC_NOERR)
        status = get(group, variable, kind, start, extent, values);
    int64_t said = status;
    bool fine = nd_buffer_put(answer, &said, sizeof said, error);
    if (fine && status == NC_NOERR)
        fine = kind == ND_NC_AS_TEXTS ? put_texts(answer, values, count, error)
                                      : nd_buffer_put(answer, values, count * size, error);
    free(values);
    return fine;
}

static bool open_here(const char *path, int *file, nd_error *error) {
    char *plain = nd_nc_plain_name(path, error);
    int status = plain ? nc_open(plain, NC_NOWRITE, file) : NC_ENOMEM;
    free(plain);
    return status == NC_NOERR || nd_fail(error, path, "is it a netCDF file, and whole?",
                                         "cannot be read as netCDF: %s", nc_strerror(status));
}

static bool serve_file(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    char *path = NULL;
    int file = -1;
    uint64_t copied = 0, links = ND_LINKS_REFUSED;
    nd_buffer contents = {0}, asked = {0}, led_to = {0};
    if (!nd_buffer_take_text(request, &path, error) || !path ||
        !nd_buffer_take(request, &copied, sizeof copied, error) ||
        !nd_buffer_take(request, &links, sizeof links, error) ||
        !nd_outlet_note(outlet, path, error) ||
        !nd_hdf5_is_whole(path, (nd_links)links, &led_to, error) ||
        !open_here(path, &file, error) || !nd_hdf5_attributes_are_shown(path, file, error) ||
        (copied && !nd_hdf5_is_shown(path, file, error)) ||
        !nd_nc_all_have_room(path, &led_to, file, error) ||
        !nd_nc_contents_put(&contents, file, error) || !nd_outlet_send(outlet, &contents, error) ||
        (links == ND_LINKS_FOLLOWED && !nd_outlet_send(outlet, &led_to, error)))
        return false;
    nd_buffer_free(&contents);
    nd_buffer_free(&led_to);
    while (nd_outlet_hear(outlet, &asked)) {
        question one;
        nd_buffer answer = {0};
        char note[600];
        if (asked.length != sizeof one)
            return nd_fail(error, path, NULL, "the question is none");
        memcpy(&one, asked.bytes, sizeof one);
        one.group[MOST_PATH - 1] = one.name[NC_MAX_NAME] = '\0';
        if (one.rank > MOST_RANK || one.kind > ND_NC_AS_PACKED)
            return nd_fail(error, path, NULL, "the question is none");
        snprintf(note, sizeof note, "%.350s, variable %.200s", path, one.name);
        if (!nd_outlet_note(outlet, note, error) ||
            !(one.kind == ND_NC_AS_PACKED ? answer_packed(path, &one, &answer, error)
                                          : answer_one(file, &one, &answer, error)) ||
            !nd_outlet_send(outlet, &answer, error))
            return false;
        nd_buffer_free(&answer);
        nd_buffer_free(&asked);
    }
    return true; /* nobody asks any more */
}

const nd_trade nd_trade_netcdf = {"serve netCDF", serve_file};

/* --- here --- */

typedef struct wanted {
    const char *path;
    uint64_t copied, links;
} wanted;

static bool ask(void *context, nd_buffer *request, nd_error *error) {
    const wanted *what = context;
    return nd_buffer_put_text(request, what->path, error) &&
           nd_buffer_put(request, &what->copied, sizeof what->copied, error) &&
           nd_buffer_put(request, &what->links, sizeof what->links, error);
}

/* Links may lead anywhere: where they are followed, its reader may read any file. */
static bool open_remote(nd_nc *file, nd_links links, nd_buffer *contents, nd_error *error) {
    const char *const reads[] = {file->path, NULL};
    wanted what = {file->path, contents != NULL, links};
    nd_errand errand = {.trade = &nd_trade_netcdf,
                        .ask = ask,
                        .context = &what,
                        .reads = links == ND_LINKS_FOLLOWED ? NULL : reads};
    nd_limits limits = {.seconds = SECONDS_A_QUESTION};
    nd_buffer said = {0};
    file->remote = nd_dialogue_begin(&errand, &limits, error);
    bool fine = file->remote && nd_dialogue_ask(file->remote, NULL, &said, error) &&
                nd_nc_contents_take(&said, file->path, &file->id, error);
    if (!fine)
        file->id = -1;
    if (fine && contents) {
        said.position = 0;
        *contents = said;
    } else {
        nd_buffer_free(&said);
    }
    return fine;
}

bool nd_nc_open_remote(nd_nc *file, nd_buffer *contents, nd_error *error) {
    return open_remote(file, ND_LINKS_REFUSED, contents, error);
}

bool nd_nc_open_linked(nd_nc *file, nd_links links, char **led_to, nd_error *error) {
    nd_buffer said = {0};
    bool fine = open_remote(file, links, NULL, error) &&
                (links != ND_LINKS_FOLLOWED || nd_dialogue_ask(file->remote, NULL, &said, error)) &&
                nd_buffer_put(&said, "", 1, error);
    *led_to = fine ? nd_text((const char *)said.bytes, error) : NULL;
    nd_buffer_free(&said);
    return *led_to != NULL;
}

void nd_nc_close_remote(nd_nc *file) {
    ND_NC_ALONE;
    if (file->id >= 0)
        (void)nc_close(file->id); /* in memory alone: nothing is written */
    file->id = -1;
    nd_dialogue_end(file->remote);
    file->remote = NULL;
}

static bool take_texts(nd_buffer *answer, char **texts, size_t count, nd_error *error) {
    bool fine = true;
    size_t i = 0;
    for (; fine && i < count; i++)
        fine = nd_buffer_take_text(answer, &texts[i], error) && texts[i];
    for (size_t k = 0; !fine && k < i; k++) {
        free(texts[k]);
        texts[k] = NULL;
    }
    return fine;
}

/* One question and its answer, of exactly so many values. */
static bool ask_for(const nd_nc *file, const question *one, size_t size, void *values,
                    nd_error *error) {
    nd_buffer asked = {.bytes = (unsigned char *)one, .length = sizeof *one}, answer = {0};
    nd_nc_kind kind = (nd_nc_kind)one->kind;
    size_t count = 1;
    int64_t status = 0;
    for (uint64_t d = 0; d < one->rank; d++)
        count *= (size_t)one->extent[d];
    bool fine = nd_dialogue_ask(file->remote, &asked, &answer, error) &&
                nd_buffer_take(&answer, &status, sizeof status, error);
    if (fine && status != NC_NOERR)
        fine = nd_nc_failed(file, status > -1000 && status < 0 ? (int)status : NC_EINVAL, "reading",
                            one->name, error);
    else if (fine && kind == ND_NC_AS_TEXTS)
        fine = take_texts(&answer, values, count, error);
    else if (fine && answer.length - answer.position == count * size)
        fine = nd_buffer_take(&answer, values, count * size, error);
    else if (fine)
        fine = nd_fail(error, file->path, NULL, "the reader's answer on %.200s is none", one->name);
    nd_buffer_free(&answer);
    return fine;
}

/* In pieces along the first dimension, so that neither side holds much more than the values, which
 * are of `size` bytes each. */
static bool read_remote(const nd_nc *file, question *one, size_t size, char *values,
                        nd_error *error) {
    nd_nc_kind kind = (nd_nc_kind)one->kind;
    size_t row = size, rows = one->rank ? (size_t)one->extent[0] : 1;
    for (uint64_t d = 1; d < one->rank; d++)
        row *= (size_t)one->extent[d];
    size_t at_once = kind == ND_NC_AS_TEXTS || row == 0 ? rows : MOST_ANSWER / row;
    at_once = at_once ? at_once : 1;
    for (size_t done = 0; done < rows; done += at_once) {
        size_t now = rows - done < at_once ? rows - done : at_once;
        if (one->rank)
            one->extent[0] = now;
        if (!ask_for(file, one, size, values + done * row, error))
            return false;
        one->start[0] += now;
    }
    return true;
}

/* The group by its path; netCDF's status. */
static int name_group(const nd_nc *file, int group, question *one) {
    size_t path = 0;
    int status = group != file->id ? nc_inq_grpname_full(group, &path, NULL) : NC_NOERR;
    if (status == NC_NOERR && path >= sizeof one->group)
        status = NC_EBADNAME;
    return status == NC_NOERR && path > 0 ? nc_inq_grpname_full(group, &path, one->group) : status;
}

bool nd_nc_read_packed(const nd_nc *file, int group, int variable, const nd_nc_packing *packing,
                       uint64_t first, nd_buffer *pieces, bool *can, nd_error *error) {
    question one = {.kind = ND_NC_AS_PACKED, .packing = *packing, .first = first};
    ND_NC_ALONE;
    int status = nc_inq_varname(group, variable, one.name);
    if (status == NC_NOERR)
        status = name_group(file, group, &one);
    if (status != NC_NOERR)
        return nd_nc_failed(file, status, "reading", one.name, error);
    nd_buffer asked = {.bytes = (unsigned char *)&one, .length = sizeof one};
    int64_t said = NC_EBADCHUNK;
    bool fine = nd_dialogue_ask(file->remote, &asked, pieces, error) &&
                nd_buffer_take(pieces, &said, sizeof said, error);
    *can = fine && said == NC_NOERR;
    return fine &&
           (*can || first == 0 ||
            nd_fail(error, file->path, NULL, "the reader's answer on %.200s is none", one.name));
}

bool nd_nc_read(const nd_nc *file, int group, int variable, nd_nc_kind kind, const size_t *start,
                const size_t *extent, void *values, nd_error *error) {
    question one = {.kind = kind};
    int rank = 0, dimensions[NC_MAX_VAR_DIMS], status, there;
    size_t from[MOST_RANK] = {0}, lengths[MOST_RANK] = {0};
    ND_NC_ALONE;
    const nd_nc *other = file->where ? file->where(file, group, variable, &there) : NULL;
    if (other)
        return nd_nc_read(other, there, variable, kind, start, extent, values, error);
    if (!nd_nc_put_waiting(file, error))
        return false;
    status = nc_inq_var(group, variable, one.name, NULL, &rank, dimensions, NULL);
    if (status == NC_NOERR && rank > MOST_RANK)
        status = NC_EMAXDIMS;
    for (int d = 0; status == NC_NOERR && d < rank; d++) {
        if (extent)
            lengths[d] = extent[d];
        else
            status = nc_inq_dimlen(group, dimensions[d], &lengths[d]);
        from[d] = start ? start[d] : 0;
        one.start[d] = from[d];
        one.extent[d] = lengths[d];
    }
    size_t size = size_of(kind, group, variable);
    if (status == NC_NOERR && size == 0)
        status = NC_EBADTYPE;
    if (status == NC_NOERR)
        status = name_group(file, group, &one);
    one.rank = (uint64_t)rank;
    if (status == NC_NOERR && file->remote)
        return read_remote(file, &one, size, values, error);
    if (status == NC_NOERR)
        status = get(group, variable, kind, from, lengths, values);
    return status == NC_NOERR || nd_nc_failed(file, status, "reading", one.name, error);
}
