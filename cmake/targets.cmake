# What every target of the project shares.
add_library(alster_options INTERFACE)
target_include_directories(alster_options INTERFACE ${CMAKE_SOURCE_DIR})
set(cxx_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion $<$<BOOL:${ALSTER_WERROR}>:-Werror>)
set(cuda_options --expt-relaxed-constexpr -lineinfo $<$<BOOL:${ALSTER_WERROR}>:-Werror=all-warnings>)
target_compile_options(alster_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${cxx_warnings}>
                                                $<$<COMPILE_LANGUAGE:CUDA>:${cuda_options}>)

# alster_layer(NAME SOURCES a.cpp … LINK x …): the static library of one layer.
function(alster_layer name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
    add_library(alster_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(alster_${name} PUBLIC alster_options ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
endfunction()
