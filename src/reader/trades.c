#include "reader/trades.h"

#include "base/netcdf_remote.h"
#include "base/outputs.h"
#include "base/sandbox.h"
#include "recording/manifest.h"
#include "recording/scan.h"

const nd_trade *const nd_trades[] = {&nd_trade_attempts, &nd_trade_netcdf, &nd_trade_result,
                                     &nd_trade_sessions, &nd_trade_scan,   NULL};
