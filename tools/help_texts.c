#include "help.h"

const char help_about[] =
        "Small CSV filters that turn messy data into data a model can be trained on. Each verb reads a table and "
        "writes a table; a cell that no step changed leaves byte for byte as it came.";

const char help_chains[] =
        "Verbs are chained by a pipe, or by the word `then` in one process, to the same bytes. Options of the run "
        "(reading, writing, saving, threads) may be said with any verb of the chain that lists them, once; the files "
        "stand behind one of the verbs. No file, or -: standard input. Several files are one table with the same "
        "header in each. A file that is really called then is given as ./then, a column as --columns=then.";

const char help_selecting[] =
        "Age,Fare          names\n"
        "1,3               positions, from 1\n"
        "Age:Fare, 2:5     from one to another\n"
        "x_*               names that look like that (* and ?)\n"
        "/^x[0-9]/         names a regular expression matches\n"
        "@numeric          columns of numbers; so @categorical, @missing\n"
        "\"a, b\"            a name, whatever it holds\n"
        "!Age              not this one; a list of these alone begins with all\n";

const char help_missing[] =
        "A cell is missing when it is empty or one of NA, N/A, NaN, nan, null, NULL, None. --na '?,-999' adds to "
        "these, --na =LIST replaces them. A column is numeric when all its present cells are numbers and none would "
        "lose a leading zero; otherwise it is categorical. --types 'zip=text' says so instead.";

const char help_status[] =
        "0  done\n"
        "1  the data, a file, a saved model or the memory was not as needed\n"
        "2  the command line was not\n"
        "3  it ran, and found what it was asked to look for\n";
