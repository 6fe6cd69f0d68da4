/** @file
 * All parts of the interface. */

/** @mainpage nulldrift, the C library
 * A laboratory bench for representational drift.
 *
 * This header includes all parts of the library's interface; each part says what it needs and
 * nothing else, and may be included alone.
 *
 * The library never prints and never exits, and leaves the locale, the signals and the working
 * folder as they are. A function that can fail returns false (or NULL) and fills the nd_error it
 * was given: what went wrong, where, how to mend it, and a code. An nd_error pointer may always be
 * NULL. Of all other pointers the comments say where NULL is allowed; elsewhere a function that
 * fills an nd_error refuses it with ND_CODE_ARGUMENT, and one that does not has no effect.
 *
 * Arrays are row-major doubles unless said otherwise; a comment "n x d" gives rows by columns. What
 * a function gets is read during the call only, unless it says that it must outlive something. What
 * a handle gives as `const` belongs to the handle and lives until the handle is changed or freed.
 *
 * Threads: any number of threads may call any functions at once, each with handles of its own. A
 * handle that several share is used by one at a time, except that an experiment or a data set that
 * nobody changes or frees may be read by all. Two runs at once need two paths. netCDF and HDF5
 * serve one thread at a time; the library calls them behind a lock, and a program that calls them
 * itself beside it must see to it that none of its threads is within them meanwhile.
 */
#ifndef NULLDRIFT_H
#define NULLDRIFT_H

#include "nulldrift/base.h"
#include "nulldrift/contents.h"
#include "nulldrift/dataset.h"
#include "nulldrift/drift.h"
#include "nulldrift/engine.h"
#include "nulldrift/experiment.h"
#include "nulldrift/files.h"
#include "nulldrift/flatness.h"
#include "nulldrift/followed_engine.h"
#include "nulldrift/hebbian.h"
#include "nulldrift/measure.h"
#include "nulldrift/recording.h"
#include "nulldrift/run.h"
#include "nulldrift/sweep.h"

#endif
