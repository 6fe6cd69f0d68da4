/* Variables of the caller's own added to a file (nulldrift/contents.h): checked here, then written
 * by base/netcdf_file.h into a new version that takes the file's place. */
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "base/netcdf_file.h"
#include "base/outputs.h"
#include "base/shown.h"

/* The attribute of what was added so: that may be replaced, and what nulldrift writes may not. */
static const char MARK[] = "added_by", MARKED[] = "nd_amend_file";

static bool is_name(const char *name) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return length > 0 && length < ND_NC_NAME && name[length] == '\0' &&
           !(name[0] >= '0' && name[0] <= '9');
}

static bool wrong(const nd_new_variable *one, const char *what, nd_error *error) {
    return nd_fail_as(ND_CODE_ARGUMENT, error, "nd_amend_file", NULL, "variable '%.200s': %s",
                      nd_shown(one->name).text, what);
}

static bool check(const nd_new_variable *one, nd_error *error) {
    if (!nd_is_given(one->name, "nd_amend_file", "name", error))
        return false;
    if (!is_name(one->name))
        return wrong(one, "a name is letters, digits and underscores, no digit first", error);
    if (!one->definition || !one->definition[0])
        return wrong(one, "it has no definition, in one line", error);
    if (!one->numbers == !one->texts)
        return wrong(one, "give its numbers or its texts", error);
    if (one->numbers && !one->unit)
        return wrong(one, "its numbers have no unit (\"1\" for pure numbers)", error);
    return !(one->texts && one->unit) || wrong(one, "texts have no unit", error);
}

/* Its dimensions are there, or made; their names cut out of `names`, the total count found. */
static bool make_dimensions(nd_nc *file, const nd_new_variable *one, size_t *rank, size_t *count,
                            nd_error *error) {
    char names[512];
    *rank = 0;
    *count = 1;
    if (strlen(one->dimensions ? one->dimensions : "") >= sizeof names)
        return wrong(one, "its dimensions' names are too long", error);
    strcpy(names, one->dimensions ? one->dimensions : "");
    for (char *rest = NULL, *name = strtok_r(names, " ", &rest); name;
         name = strtok_r(NULL, " ", &rest), ++*rank) {
        size_t length;
        if (*rank == ND_MOST_DIMENSIONS)
            return wrong(one, "it has more than eight dimensions", error);
        if (!is_name(name))
            return wrong(one, "a dimension's name is letters, digits and underscores", error);
        if (one->lengths) {
            length = one->lengths[*rank];
            if (length == 0)
                return wrong(one, "a dimension's length is 0", error);
            if (!nd_nc_define_dimension(file, name, length, error))
                return false;
        } else if (!nd_nc_dimension(file, name, &length, error))
            return false;
        if (__builtin_mul_overflow(*count, length, count) || *count > SIZE_MAX / sizeof(double))
            return wrong(one, "it has more values than memory can hold", error);
    }
    return true;
}

static bool may_stand(const nd_nc *file, const nd_new_variable *one, bool replace,
                      nd_error *error) {
    if (!nd_nc_has(file, one->name))
        return true;
    char *mark = nd_nc_text(file, one->name, MARK, NULL);
    bool own = mark && strcmp(mark, MARKED) == 0;
    nd_free(mark);
    if (own && replace)
        return true;
    return nd_fail(error, nd_nc_path(file), own ? "set replace" : "choose another name",
                   "has a variable '%s' already%s", one->name, own ? "" : ", of nulldrift's own");
}

static bool put(nd_nc *file, const nd_new_variable *one, bool replace, nd_error *error) {
    size_t rank, count;
    if (!may_stand(file, one, replace, error) || !make_dimensions(file, one, &rank, &count, error))
        return false;
    if (one->texts && rank != 1)
        return wrong(one, "texts have one dimension", error);
    for (size_t i = 0; one->texts && i < count; i++)
        if (!nd_is_given(one->texts[i], "nd_amend_file", "texts[i]", error))
            return false;
    bool fine = one->texts ? nd_nc_put_strings(file, one->name, one->dimensions, one->definition,
                                               one->texts, count, error)
                           : nd_nc_define(file, one->name, ND_NC_DOUBLE,
                                          one->dimensions ? one->dimensions : "", one->unit,
                                          one->definition, error) &&
                                 nd_nc_put(file, one->name, one->numbers, count, error);
    return fine && nd_nc_put_text(file, one->name, MARK, MARKED, error);
}

bool nd_amend_file(const char *path, const nd_new_variable *variables, size_t count, bool replace,
                   nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_amend_file";
    if (!nd_is_given(path, function, "path", error) ||
        !nd_is_given(variables, function, "variables", error))
        return false;
    if (count == 0)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "count is 0");
    for (size_t i = 0; i < count; i++)
        if (!check(&variables[i], error))
            return false;
    nd_nc *file = nd_nc_amend(path, NULL, error);
    bool fine = file;
    if (fine && !nd_is_result(path))
        fine = nd_fail(error, path, NULL, "is no file of nulldrift's");
    for (size_t i = 0; fine && i < count; i++)
        fine = put(file, &variables[i], replace, error);
    if (fine)
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}
