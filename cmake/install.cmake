# cmake --install, find_package(troupe), pkg-config and the Debian packages. Whatever troupe_library made is installed;
# no file of it has an absolute path, so the tree can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/troupe)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
# What users name: a component of find_package, a target troupe::<component>, a file troupe-<component>.pc.
set(components client testing worker service environment)

# -- libraries and headers ---------------------------------------------------------------------------------------
get_property(installed GLOBAL PROPERTY TROUPE_INSTALLED_TARGETS)
add_custom_target(troupe_libraries DEPENDS ${installed})
install(TARGETS ${installed} EXPORT troupe ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES $<TARGET_FILE:troupe::proto> DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY runtime/include/ actors/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)

# -- find_package ------------------------------------------------------------------------------------------------
install(EXPORT troupe FILE troupe-targets.cmake NAMESPACE troupe:: DESTINATION ${package_dir} COMPONENT dev)
configure_package_config_file(cmake/troupe-config.cmake.in ${PROJECT_BINARY_DIR}/package/troupe-config.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_LIBDIR NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may break sources (docs/stability.md).
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/troupe-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/troupe-config.cmake ${PROJECT_BINARY_DIR}/package/troupe-config-version.cmake
              cmake/FindCAF.cmake cmake/Findutf8proc.cmake
        DESTINATION ${package_dir} COMPONENT dev)

# -- pkg-config --------------------------------------------------------------------------------------------------
# The names by which pkg-config knows what we link; CAF has none in Debian.
set(pkgconfig_of_protobuf::libprotobuf protobuf)
set(pkgconfig_of_gRPC::grpc++ grpc++)
set(pkgconfig_of_OpenSSL::Crypto libcrypto)
set(pkgconfig_of_OpenSSL::SSL libssl)
set(pkgconfig_of_ZLIB::ZLIB zlib)
set(pkgconfig_of_simdjson::simdjson simdjson)
set(pkgconfig_of_utf8proc::utf8proc libutf8proc)
set(flags_of_CAF::core -lcaf_core)
set(flags_of_Threads::Threads -pthread)
set(flags_of_Boost::headers "")

# What `target` links, all the way down, behind what it is linked by: archives in the order that a linker wants.
# A property of the directory serves as the list of what was seen, last first.
function(troupe_visit_links target)
  if(target MATCHES "^\\$<(LINK_ONLY|BUILD_INTERFACE):(.*)>$")
    troupe_visit_links("${CMAKE_MATCH_2}")
    return()
  endif()
  get_property(seen DIRECTORY PROPERTY TROUPE_VISITED)
  if(target MATCHES "^(\\$<INSTALL_INTERFACE:.*|troupe_flags|)$" OR target IN_LIST seen)
    return()
  endif()
  if(target MATCHES "^troupe(::|_)(.*)$")
    set(name ${CMAKE_MATCH_2})
    if("troupe_${name}" IN_LIST seen)
      return()
    endif()
    get_target_property(links troupe::${name} INTERFACE_LINK_LIBRARIES)
    foreach(link IN LISTS links)
      troupe_visit_links("${link}")
    endforeach()
    set(target troupe_${name})
  endif()
  get_property(seen DIRECTORY PROPERTY TROUPE_VISITED)
  set_property(DIRECTORY PROPERTY TROUPE_VISITED ${target} ${seen})
endfunction()

foreach(component IN LISTS components)
  set_property(DIRECTORY PROPERTY TROUPE_VISITED "")
  troupe_visit_links(troupe::${component})
  get_property(links DIRECTORY PROPERTY TROUPE_VISITED)
  set(pc_libs "")
  set(pc_requires "")
  foreach(link IN LISTS links)
    if(link MATCHES "^troupe_")
      string(REPLACE troupe_ troupe:: alias ${link})
      get_target_property(type ${alias} TYPE)
      if(NOT type STREQUAL "INTERFACE_LIBRARY")
        string(APPEND pc_libs " -l${link}")
      endif()
    elseif(DEFINED pkgconfig_of_${link})
      list(APPEND pc_requires ${pkgconfig_of_${link}})
    elseif(link MATCHES "^absl::(.*)$")
      list(APPEND pc_requires absl_${CMAKE_MATCH_1})
    elseif(DEFINED flags_of_${link})
      string(APPEND pc_libs " ${flags_of_${link}}")
    else()
      message(FATAL_ERROR "cmake/install.cmake does not know the pkg-config name of ${link}")
    endif()
  endforeach()
  list(JOIN pc_requires " " pc_requires)
  file(RELATIVE_PATH pc_prefix "/${pkgconfig_dir}" "/")
  string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
  configure_file(cmake/troupe.pc.in package/troupe-${component}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/troupe-${component}.pc DESTINATION ${pkgconfig_dir} COMPONENT dev)
endforeach()

# -- documents ---------------------------------------------------------------------------------------------------
# In the places that they have here: they name each other, the samples and the measurements.
install(FILES README.md CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)
install(DIRECTORY apps/samples DESTINATION ${CMAKE_INSTALL_DOCDIR}/apps COMPONENT dev FILES_MATCHING PATTERN *.cpp PATTERN *.hpp PATTERN *.md)
install(FILES bench/README.md bench/FINDINGS.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/bench COMPONENT dev)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev PATTERN Doxyfile EXCLUDE)
install(FILES cmake/troupe.clang-tidy DESTINATION ${CMAKE_INSTALL_DATADIR}/troupe RENAME clang-tidy COMPONENT dev)

# -- the binary --------------------------------------------------------------------------------------------------
if(TROUPE_CLI)
  install(TARGETS troupe RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT cli)
  set(documents ${PROJECT_BINARY_DIR}/apps/troupe/documents)
  install(DIRECTORY ${documents}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT cli)
  install(FILES ${documents}/bash/troupe DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT cli)
  install(FILES ${documents}/zsh/_troupe DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT cli)
endif()

include(package)
