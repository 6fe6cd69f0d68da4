/* The engine's part of `make bench`: nulldrift bench, beside PyTorch where it is installed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/benchmark.h"

int main(int count, char **arguments) {
    char folder[1024], command[4096];
    snprintf(folder, sizeof folder, "%s", arguments[0]);
    char *slash = strrchr(folder, '/');
    *(slash ? slash : folder) = 0;
    int peer = system(ND_BY_ANY_PYTHON("-c 'import torch'")) == 0;
    snprintf(command, sizeof command, "%s/nulldrift bench --growth %s %s", slash ? folder : ".",
             peer ? "--peer bench/peer_pytorch.py" : "", count > 1 ? arguments[1] : "");
    return system(command) == 0 ? 0 : 1;
}
