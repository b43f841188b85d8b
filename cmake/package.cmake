# cpack: libtroupe-dev and troupe as Debian packages. There is no libtroupe: C++ without a promise of binary compatibility
# (docs/stability.md) has nothing to gain from a .so.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME troupe)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
# Who makes packages answers for them, and says so as Debian's tools want it.
if(DEFINED ENV{DEBFULLNAME} AND DEFINED ENV{DEBEMAIL})
  set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
  set(CPACK_PACKAGE_CONTACT "The Troupe authors <troupe@example.invalid>")
endif()
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL dev)
if(TROUPE_CLI)
  list(APPEND CPACK_COMPONENTS_ALL cli)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

# What the archives need when they are linked; programs then depend on the shared libraries behind these.
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libtroupe-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libprotobuf-dev, libgrpc++-dev, protobuf-compiler, protobuf-compiler-grpc, libabsl-dev, libcaf-dev, libsimdjson-dev, \
libboost1.81-dev | libboost-dev (>= 1.77), libssl-dev, libutf8proc-dev, zlib1g-dev, pkg-config")
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "clang-19 | g++ (>= 4:13), cmake, ninja-build | make")
set(CPACK_COMPONENT_DEV_DESCRIPTION
    "Temporal and Nexus runtime for C++20, libraries and headers
Workers for durable workflows and Nexus operations, a client, and an embedded
service that speaks Temporal's protocol. For CMake: find_package(troupe).")

set(CPACK_DEBIAN_CLI_PACKAGE_NAME troupe)
set(CPACK_DEBIAN_CLI_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_CLI_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_CLI_DESCRIPTION
    "Temporal and Nexus service, and its command line
`troupe server start-dev` runs a service for development; `troupe workflow` and
`troupe operator` have the names, flags and JSON of Temporal's own.")
include(CPack)
