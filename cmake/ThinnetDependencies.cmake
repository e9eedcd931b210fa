# What the library links. Its own build needs xtensor, fmt and Random123, and takes of the rest what
# is there and not turned off by an option; thinnet_uses lists it. An installed library needs again
# what it was built with: find_package(thinnet) finds no thinnet without that, and says what is
# missing unless it was told to be quiet.

# OpenBLAS, unless the caller names another. In a function, so that BLA_VENDOR stays as it was; the
# targets that are found stay.
function(thinnet_find_blas)
  if(NOT DEFINED BLA_VENDOR AND NOT DEFINED ENV{BLA_VENDOR})
    set(BLA_VENDOR OpenBLAS)
  endif()
  find_package(BLAS QUIET)
  find_package(LAPACK QUIET)
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

# Takes what `target` stands for, if it is there and `option` is on; `without` is how things are else.
macro(thinnet_takes option target debian without)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "thinnet")
    if("${target}" IN_LIST thinnet_uses AND NOT TARGET ${target})
      thinnet_is_missing("${target} (Debian: ${debian})")
    endif()
  elseif(NOT ${option})
    message(STATUS "${option} is off: ${without}")
  elseif(TARGET ${target})
    list(APPEND thinnet_uses ${target})
  else()
    message(STATUS "No ${target}: ${without} (Debian: ${debian})")
  endif()
endmacro()

thinnet_needs(xtensor libxtensor-dev)
if(THINNET_FMT_LIBRARY OR "fmt::fmt" IN_LIST thinnet_uses)
  thinnet_needs(fmt libfmt-dev)
endif()

if(THINNET_BLAS OR "BLAS::BLAS" IN_LIST thinnet_uses)
  thinnet_find_blas()
endif()
if(THINNET_BLAS AND TARGET BLAS::BLAS AND TARGET LAPACK::LAPACK)
  find_package(xtensor-blas QUIET) # its headers, for our own build alone
  if(NOT TARGET xtensor-blas)
    message(STATUS "No xtensor-blas, and so no BLAS (Debian: libxtensor-blas-dev)")
    set(THINNET_BLAS OFF)
  endif()
endif()
thinnet_takes(THINNET_BLAS BLAS::BLAS libopenblas-dev "products take plain loops, several times as long")
thinnet_takes(THINNET_BLAS LAPACK::LAPACK libopenblas-dev "no whitening")

if(THINNET_TBB OR "TBB::tbb" IN_LIST thinnet_uses)
  find_package(TBB QUIET)
endif()
thinnet_takes(THINNET_TBB TBB::tbb libtbb-dev "everything runs on one thread")

if(THINNET_ZIP OR "ZLIB::ZLIB" IN_LIST thinnet_uses)
  find_package(ZLIB QUIET)
endif()
thinnet_takes(THINNET_ZIP ZLIB::ZLIB zlib1g-dev "no gzipped data files")

# libzip's own package asks for its command-line tools, which Debian packs apart.
if((THINNET_ZIP OR "thinnet::libzip" IN_LIST thinnet_uses) AND NOT TARGET thinnet::libzip)
  find_path(THINNET_LIBZIP_INCLUDE zip.h)
  find_library(THINNET_LIBZIP zip)
  if(THINNET_LIBZIP_INCLUDE AND THINNET_LIBZIP)
    add_library(thinnet::libzip INTERFACE IMPORTED)
    target_include_directories(thinnet::libzip INTERFACE ${THINNET_LIBZIP_INCLUDE})
    target_link_libraries(thinnet::libzip INTERFACE ${THINNET_LIBZIP})
  endif()
endif()
thinnet_takes(THINNET_ZIP thinnet::libzip libzip-dev "no .npz files and no checkpoints")
