/* What a file or an analysis holds, for the parts of the public interface that hand it out. */
#ifndef ND_API_CONTENTS_H
#define ND_API_CONTENTS_H

#include "base/netcdf_file.h"

/* Of an open file (NULL: passed on as NULL), which becomes its own and is closed on failure, too.
 */
nd_contents *nd_contents_of(nd_nc *file, nd_error *error);

#endif
