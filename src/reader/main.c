/* nulldrift-reader: the program that reads foreign bytes for the library and for nobody else. */
#include <stdio.h>

#include "base/netcdf_lock.h"
#include "base/serve.h"
#include "reader/trades.h"

int main(int argc, char **argv) {
    if (!nd_asked_to_serve(argc, argv)) {
        fprintf(stderr,
                "nulldrift-reader %s: nulldrift starts it, to read files; it does nothing by "
                "itself\n",
                nd_version());
        return 2;
    }
    nd_nc_leave_at_exit();
    nd_serve(nd_trades);
}
