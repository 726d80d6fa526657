# Copies the libraries that `program` loads to PREFIX/`libraries`, those of MPI (`mpi_libraries`, a pattern) to a folder
# of their own there, which may be removed where a site has its own. They find each other beside themselves.
find_program(PATCHELF patchelf REQUIRED)
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${program}
     RESOLVED_DEPENDENCIES_VAR found UNRESOLVED_DEPENDENCIES_VAR missing
     PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|util|resolv)[.]so")
if(missing)
    message(FATAL_ERROR "these libraries are not here: ${missing}")
endif()
foreach(library IN LISTS found)
    get_filename_component(name ${library} NAME)
    get_filename_component(real ${library} REALPATH)
    if(name MATCHES "${mpi_libraries}")
        set(folder ${libraries}/mpi)
        set(runpath "$ORIGIN:$ORIGIN/..")
    else()
        set(folder ${libraries})
        set(runpath "$ORIGIN:$ORIGIN/mpi")
    endif()
    set(target $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${folder})
    file(MAKE_DIRECTORY ${target})
    file(COPY_FILE ${real} ${target}/${name})
    execute_process(COMMAND ${PATCHELF} --set-rpath ${runpath} ${target}/${name} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
