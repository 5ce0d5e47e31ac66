// fwproof: arguments in, exit code out.
#include <exception>
#include <iostream>

#include "cli/commands.h"
#include "cli/exit_code.h"

int main(int argc, char** argv) {
  try {
    return fwproof::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "fwproof: internal error: " << error.what() << "\nThis is a fault of fwproof; nothing above is an answer.\n";
  } catch (...) {
    std::cerr << "fwproof: internal error\n";
  }
  return fwproof::cli::exit_fault;
}
