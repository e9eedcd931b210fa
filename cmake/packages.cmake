# `cpack -G "TGZ;DEB"` in a build folder makes packages of what is installed: the library, its headers
# and its CMake package. The build has to be finished.
set(CPACK_PACKAGE_NAME libthinnet-dev)
set(CPACK_PACKAGE_VENDOR "The Thinnet authors")
set(CPACK_PACKAGE_CONTACT "The Thinnet authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
# What a program needs to be compiled and linked with it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "libxtensor-dev, libxtensor-blas-dev, libopenblas-dev, libtbb-dev, libfmt-dev, zlib1g-dev, libzip-dev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS libopenmpi-dev)
# cpack does not build first what no package holds: programs and tests.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
include(CPack)
