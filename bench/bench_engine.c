#include "engine/benchmark.h"
#include "base/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc,char**argv){ nd_error e={0}; 
 printf("gaussian %.2f %.2f\n",nd_benchmark_gaussian(false),nd_benchmark_gaussian(true));
 for(const nd_benchmark_case*c=nd_benchmark_cases();c->letter;c++){ if(argc>1&&!strchr(argv[1],c->letter))continue; uint64_t steps=c->steps; if(argc>2)steps=atol(argv[2]); nd_benchmark b; const char*sets[8]; int n=0; for(int i=3;i<argc;i++)sets[n++]=argv[i];
 if(!nd_benchmark_run(c->experiment,sets,n,steps,&b,&e)){char l[600];puts(nd_error_line(&e,l,600));continue;} printf("%c mean %.3f median %.3f us awake %.1f  %.2f GFMA/s %s\n",c->letter,b.microseconds_per_step,b.median_microseconds,b.awake_units,b.multiplications_per_step/b.microseconds_per_step*1e-3,b.engine);fflush(stdout);} }
