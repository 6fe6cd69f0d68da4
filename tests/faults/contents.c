/* What is in files, without what differs from run to run (history, wall time, seconds): a line
 * each, NAME DIGEST, so that two results can be compared by their bytes. contents FILE... */
#include <netcdf.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t digest;

static void add(const void *bytes, size_t length) { /* FNV-1a */
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        digest = (digest ^ at[i]) * 1099511628211ULL;
}

static void add_text(const char *text) {
    add(text, strlen(text) + 1);
}

static int of_this_run(const char *name) {
    return strcmp(name, "history") == 0 || strcmp(name, "wall_time_seconds") == 0 ||
           strcmp(name, "seconds") == 0 || strcmp(name, "owner") == 0;
}

/* --- netCDF --- */

static int add_attributes(int file, int variable, int count) {
    for (int i = 0; i < count; i++) {
        char name[NC_MAX_NAME + 1];
        nc_type type;
        size_t length, size;
        if (nc_inq_attname(file, variable, i, name) ||
            nc_inq_att(file, variable, name, &type, &length) ||
            nc_inq_type(file, type, NULL, &size))
            return 0;
        if (of_this_run(name))
            continue;
        void *values = calloc(length + 1, size);
        if (!values || nc_get_att(file, variable, name, values))
            return 0;
        add_text(name);
        if (type == NC_STRING)
            for (size_t k = 0; k < length; k++)
                add_text(((char **)values)[k]);
        else
            add(values, length * size);
        free(values);
    }
    return 1;
}

static int add_variable(int file, int variable) {
    char name[NC_MAX_NAME + 1];
    nc_type type;
    int rank, dimension[NC_MAX_VAR_DIMS], attributes;
    size_t count = 1, size, length;
    if (nc_inq_var(file, variable, name, &type, &rank, dimension, &attributes) ||
        nc_inq_type(file, type, NULL, &size))
        return 0;
    add_text(name);
    for (int d = 0; d < rank; d++) {
        if (nc_inq_dimlen(file, dimension[d], &length) || nc_inq_dimname(file, dimension[d], name))
            return 0;
        add_text(name);
        add(&length, sizeof length);
        count *= length;
    }
    void *values = calloc(count + 1, size);
    int fine =
        values && !nc_get_var(file, variable, values) && add_attributes(file, variable, attributes);
    if (fine && type == NC_STRING)
        for (size_t k = 0; k < count; k++)
            add_text(((char **)values)[k]);
    else if (fine)
        add(values, count * size);
    free(values);
    return fine;
}

static int add_netcdf(const char *path) {
    int file, variables, attributes;
    if (nc_open(path, NC_NOWRITE, &file))
        return 0;
    int fine = !nc_inq(file, NULL, &variables, &attributes, NULL) &&
               add_attributes(file, NC_GLOBAL, attributes);
    for (int v = 0; fine && v < variables; v++)
        fine = add_variable(file, v);
    nc_close(file);
    return fine;
}

/* --- a sweep's store --- */

static int add_rows(void *context, int columns, char **values, char **names) {
    (void)context;
    for (int i = 0; i < columns; i++)
        if (!of_this_run(names[i])) {
            add_text(names[i]);
            add_text(values[i] ? values[i] : "");
        }
    return 0;
}

static int add_store(const char *path) {
    sqlite3 *store;
    int fine =
        sqlite3_open_v2(path, &store, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_exec(store, "SELECT * FROM run ORDER BY id", add_rows, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(store, "SELECT * FROM sweep ORDER BY 1", add_rows, NULL, NULL) == SQLITE_OK;
    sqlite3_close(store);
    return fine;
}

static int add_bytes(const char *path) {
    char chunk[65536];
    size_t got;
    FILE *file = fopen(path, "rb");
    while (file && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        add(chunk, got);
    if (file)
        fclose(file);
    return file != NULL;
}

static int ends(const char *path, const char *ending) {
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

int main(int count, char **paths) {
    for (int i = 1; i < count; i++) {
        digest = 14695981039346656037ULL;
        int fine = ends(paths[i], ".nc")       ? add_netcdf(paths[i])
                   : ends(paths[i], ".sqlite") ? add_store(paths[i])
                                               : add_bytes(paths[i]);
        if (fine)
            printf("%s %016llx\n", paths[i], (unsigned long long)digest);
        else
            printf("%s unreadable\n", paths[i]);
    }
    return 0;
}
