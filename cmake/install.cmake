# What `cmake --install` puts where, and the packages that CPack makes of it (docs/install.md).
include(GNUInstallDirs)

# The libraries of a relocatable package lie beside the program. LD_LIBRARY_PATH, which a site's MPI module sets, comes
# first: RUNPATH, not RPATH.
set_target_properties(alster PROPERTIES
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/alster;$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/alster/mpi"
    INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS alster RUNTIME COMPONENT program)

# Manual pages and completions come from the program's own option definitions.
set(pages_stamp ${CMAKE_BINARY_DIR}/pages/stamp)
add_custom_command(OUTPUT ${pages_stamp}
    COMMAND ${CMAKE_COMMAND} -DALSTER=$<TARGET_FILE:alster> -DOUT=${CMAKE_BINARY_DIR}/pages
            -P ${CMAKE_SOURCE_DIR}/cmake/write_pages.cmake
    DEPENDS alster ${CMAKE_SOURCE_DIR}/cmake/write_pages.cmake VERBATIM)
add_custom_target(alster_pages ALL DEPENDS ${pages_stamp})
install(DIRECTORY ${CMAKE_BINARY_DIR}/pages/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/pages/alster.bash RENAME alster
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/pages/_alster
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/pages/alster.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)

install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY python slurm DESTINATION ${CMAKE_INSTALL_DATADIR}/alster USE_SOURCE_PERMISSIONS COMPONENT program
        PATTERN __pycache__ EXCLUDE PATTERN build EXCLUDE PATTERN *.egg-info EXCLUDE PATTERN tests EXCLUDE)

# The libraries that a machine need not have: not those of glibc, whose version the machine decides.
set(ALSTER_BUNDLED_MPI "^lib(mpi|open-rte|open-pal|pmix|hwloc|event|udev|cap|ucp|uct|ucs|ucm|fabric|psm|psm2|rdmacm|ibverbs|nl-).*")
install(CODE "set(program \"$<TARGET_FILE:alster>\")
set(libraries \"${CMAKE_INSTALL_LIBDIR}/alster\")
set(mpi_libraries \"${ALSTER_BUNDLED_MPI}\")
include(\"${CMAKE_SOURCE_DIR}/cmake/bundle.cmake\")" COMPONENT libraries EXCLUDE_FROM_ALL)

set(CPACK_PACKAGE_NAME alster)
set(CPACK_PACKAGE_VENDOR alster)
set(CPACK_PACKAGE_CONTACT "alster maintainers <alster@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_FILE_NAME alster-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS openmpi-bin)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3-h5py, python3-numpy")
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/packages.cmake)
include(CPack)
