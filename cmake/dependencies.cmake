# The libraries, by pkg-config, and Random123, which is headers alone. Whatever is missing is named in
# one go. A library some distributions call otherwise is asked for by each of its names.

# Sets RESULT to the first of the given pkg-config names that is installed, or adds LABEL to
# ND_MISSING.
function(nd_module result label)
  foreach(name ${ARGN})
    pkg_check_modules(FOUND_${name} QUIET ${name})
    if(FOUND_${name}_FOUND)
      set(${result} ${name} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
  set(ND_MISSING ${ND_MISSING} ${label} PARENT_SCOPE)
endfunction()

set(ND_MISSING "")
set(ND_MODULES "")
# OpenBLAS before GSL, which brings a CBLAS of its own that is some ten times slower: the first one
# that is linked gives the functions. Where there is no lapacke.pc, OpenBLAS holds LAPACKE itself.
nd_module(OPENBLAS OpenBLAS openblas)
nd_module(LAPACKE LAPACKE lapacke openblas)
nd_module(CYAML libcyaml libcyaml)
nd_module(YAML libyaml yaml-0.1)
nd_module(NETCDF netCDF netcdf)
nd_module(HDF5 HDF5 hdf5-serial hdf5)
nd_module(MATIO matio matio)
nd_module(GSL GSL gsl)
nd_module(SQLITE SQLite sqlite3)
nd_module(ZLIB zlib zlib)
find_path(ND_RANDOM123 Random123/philox.h)
if(NOT ND_RANDOM123)
  list(APPEND ND_MISSING Random123)
endif()
if(ND_TESTS)
  nd_module(CMOCKA_MODULE "cmocka (for the tests; -DND_TESTS=OFF does without)" cmocka)
endif()
if(ND_MISSING)
  list(JOIN ND_MISSING ", " ND_MISSING)
  message(FATAL_ERROR "nulldrift needs these, headers included: ${ND_MISSING}. "
    "docs/install.md names their packages; on Debian and Ubuntu scripts/install-deps installs them.")
endif()

# The allow-list of system calls in readers: without it readers are confined by Landlock and limits
# alone, and `nulldrift info --sandbox` says so.
pkg_check_modules(FOUND_libseccomp QUIET libseccomp)
if(FOUND_libseccomp_FOUND)
  set(SECCOMP libseccomp)
  add_compile_definitions(ND_HAVE_SECCOMP)
else()
  set(SECCOMP "")
  message(STATUS "libseccomp is not here: readers' system calls will not be confined")
endif()

# What Zarr stores need: JSON for their metadata, and decoders of their chunks. Without all three of them
# such stores are refused by name.
pkg_check_modules(FOUND_ZARR QUIET json-c libzstd blosc)
if(FOUND_ZARR_FOUND)
  set(ZARR json-c libzstd blosc)
  add_compile_definitions(ND_HAVE_ZARR)
else()
  set(ZARR "")
  message(STATUS "json-c, libzstd or blosc is not here: Zarr stores will not be read")
endif()

# minizip unpacks NumPy's archives (.npz). Without it they are refused by name.
# Its header, unzip.h, lies in the folder that pkg-config names, or in minizip/ within it (1.3.2).
pkg_check_modules(FOUND_ZIP QUIET minizip)
find_path(ND_UNZIP_FOLDER unzip.h HINTS ${FOUND_ZIP_INCLUDE_DIRS} PATH_SUFFIXES minizip)
mark_as_advanced(ND_UNZIP_FOLDER)
if(FOUND_ZIP_FOUND AND ND_UNZIP_FOLDER)
  set(ZIP minizip)
else()
  set(ZIP "")
  message(STATUS "minizip is not here: NumPy's .npz will not be read")
endif()

set(ND_MODULES ${OPENBLAS} ${LAPACKE} ${CYAML} ${YAML} ${NETCDF} ${HDF5} ${MATIO} ${GSL} ${SQLITE}
  ${ZLIB} ${SECCOMP} ${ZARR} ${ZIP})
list(REMOVE_DUPLICATES ND_MODULES)
pkg_check_modules(ND_DEPENDENCIES REQUIRED IMPORTED_TARGET GLOBAL ${ND_MODULES})
# minizip's header is called unzip.h: only the file that needs it shall find it.
if(ZIP)
  get_target_property(ND_INCLUDES PkgConfig::ND_DEPENDENCIES INTERFACE_INCLUDE_DIRECTORIES)
  list(REMOVE_ITEM ND_INCLUDES ${ND_UNZIP_FOLDER})
  set_target_properties(PkgConfig::ND_DEPENDENCIES PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
    "${ND_INCLUDES}")
  set_source_files_properties(src/recording/format_npz.c PROPERTIES
    COMPILE_DEFINITIONS ND_HAVE_ZIP INCLUDE_DIRECTORIES "${ND_UNZIP_FOLDER}")
endif()
