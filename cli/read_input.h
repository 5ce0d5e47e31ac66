// Reads named inputs. Together with load_network the only place that opens input files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/source.h"

namespace fwproof::cli {

constexpr uint64_t kLargestInput = uint64_t{4} << 30;  // bytes

struct ReadInput {
  uint32_t file = 0;      // index into sources; the file is there (empty) even when it could not be read
  std::string problem;    // empty: read
};

// A pipe that the user names is read, `<(ssh router iptables-save)`; what a folder or a site file names must not make us wait for a writer.
enum class Pipes { refused, read };

// `path` "-" is standard input. Only regular files, pipes as told and standard input are read, up to `most` bytes. `shown` is the path in messages.
ReadInput read_input(model::Sources& sources, const std::string& path, const std::string& shown, uint64_t most = kLargestInput, Pipes pipes = Pipes::refused);

// An input that is read piece by piece, for files that nobody needs to hold as a whole.
//
//   InputPieces input("-");
//   while (input.read_more(bytes, size_t{1} << 20)) … bytes has grown …
//   if (!input.problem().empty()) …
class InputPieces {
 public:
  // As read_input(), with pipes; without a limit of size.
  explicit InputPieces(const std::string& path);
  InputPieces(const InputPieces&) = delete;
  ~InputPieces();

  // Appends up to `most` bytes, fewer where a pipe holds fewer. False at the end and where there is a problem.
  bool read_more(std::string& bytes, size_t most);
  const std::string& problem() const { return problem_; }

 private:
  int descriptor_ = -1;
  bool own_ = false;
  std::string problem_;
};

}  // namespace fwproof::cli
