# Writes manual pages and completions as the program prints them: cmake -DALSTER=… -DOUT=… -P write_pages.cmake
function(write file)
    execute_process(COMMAND ${ALSTER} help ${ARGN} OUTPUT_FILE ${OUT}/${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT}/man1)
execute_process(COMMAND ${ALSTER} help --pages OUTPUT_VARIABLE pages OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" pages "${pages}")
write(man1/alster.1 --man)
foreach(page IN LISTS pages)                      # "alster ab read"
    string(REPLACE " " "-" name "${page}")
    string(REPLACE " " ";" words "${page}")
    list(POP_FRONT words)
    write(man1/${name}.1 --man ${words})
endforeach()
write(alster.bash --completion bash)
write(_alster --completion zsh)
write(alster.fish --completion fish)
file(TOUCH ${OUT}/stamp)
