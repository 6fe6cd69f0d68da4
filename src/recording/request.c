#include "recording/request.h"

#include "base/error.h"

const char *nd_request_file(const nd_request *request, nd_role role) {
    return request->role[role].file ? request->role[role].file : request->file;
}

bool nd_request_series(const nd_request *request, nd_role role, nd_files *files, nd_series *series,
                       bool *found, nd_error *error) {
    const char *path = nd_request_file(request, role);
    *found = false;
    if (!path)
        return true;
    nd_open_file *open_file = nd_files_open(files, path, error);
    if (!open_file)
        return false;
    if (!open_file->format->series(open_file->file, role, &request->role[role], series, found,
                                   error))
        return false;
    if (!series->times && request->role[role].rate > 0.0)
        series->rate = request->role[role].rate;
    if (request->given[role] && !*found)
        return nd_fail(error, path, "name it in the manifest", "holds no %s", nd_role_name(role));
    return nd_series_check_times(series, path, error);
}
