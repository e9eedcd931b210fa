# What the library links. Its own build needs all of it; find_package(thinnet) finds no thinnet
# without it, and says what is missing unless it was told to be quiet.

# OpenBLAS, unless the caller names another. In a function, so that BLA_VENDOR stays as it was; the
# targets that are found stay.
function(thinnet_find_blas)
  if(NOT DEFINED BLA_VENDOR AND NOT DEFINED ENV{BLA_VENDOR})
    set(BLA_VENDOR OpenBLAS)
  endif()
  find_package(BLAS QUIET)
  find_package(LAPACK QUIET)
  if(TARGET BLAS::BLAS AND TARGET LAPACK::LAPACK)
    find_package(xtensor-blas QUIET) # which looks for BLAS again
  endif()
endfunction()

macro(thinnet_is_missing what)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "thinnet")
    set(thinnet_FOUND FALSE)
    set(thinnet_NOT_FOUND_MESSAGE "${what} is missing")
    return()
  else()
    message(FATAL_ERROR "thinnet: ${what} is missing")
  endif()
endmacro()

macro(thinnet_needs package debian)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    thinnet_is_missing("${package} (Debian: ${debian})")
  endif()
endmacro()

thinnet_needs(xtensor libxtensor-dev)
thinnet_find_blas()
if(NOT TARGET BLAS::BLAS)
  thinnet_is_missing("BLAS (Debian: libopenblas-dev; -DBLA_VENDOR names another than OpenBLAS)")
endif()
if(NOT TARGET LAPACK::LAPACK)
  thinnet_is_missing("LAPACK (Debian: libopenblas-dev)")
endif()
if(NOT TARGET xtensor-blas)
  thinnet_is_missing("xtensor-blas (Debian: libxtensor-blas-dev)")
endif()
find_package(TBB QUIET) # without it, one thread
thinnet_needs(fmt libfmt-dev)
thinnet_needs(ZLIB zlib1g-dev)

# libzip's own package asks for its command-line tools, which Debian packs apart.
if(NOT TARGET thinnet::libzip)
  find_path(THINNET_LIBZIP_INCLUDE zip.h)
  find_library(THINNET_LIBZIP zip)
  if(NOT THINNET_LIBZIP_INCLUDE OR NOT THINNET_LIBZIP)
    thinnet_is_missing("libzip (Debian: libzip-dev)")
  endif()
  add_library(thinnet::libzip INTERFACE IMPORTED)
  target_include_directories(thinnet::libzip INTERFACE ${THINNET_LIBZIP_INCLUDE})
  target_link_libraries(thinnet::libzip INTERFACE ${THINNET_LIBZIP})
endif()
