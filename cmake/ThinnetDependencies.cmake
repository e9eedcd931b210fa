# What the library links; used by its own build and by find_package(thinnet).
set(BLA_VENDOR OpenBLAS)
find_package(xtensor REQUIRED)
find_package(BLAS REQUIRED)
find_package(LAPACK REQUIRED)
find_package(xtensor-blas REQUIRED)
find_package(TBB QUIET) # without it, one thread
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)

# libzip's own package asks for its command-line tools, which Debian packs apart.
if(NOT TARGET thinnet::libzip)
  find_path(THINNET_LIBZIP_INCLUDE zip.h REQUIRED)
  find_library(THINNET_LIBZIP zip REQUIRED)
  add_library(thinnet::libzip INTERFACE IMPORTED)
  target_include_directories(thinnet::libzip INTERFACE ${THINNET_LIBZIP_INCLUDE})
  target_link_libraries(thinnet::libzip INTERFACE ${THINNET_LIBZIP})
endif()
