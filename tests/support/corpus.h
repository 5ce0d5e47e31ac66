// The folder of real exports, where it is present: FWPROOF_CORPUS, else ../shared/corpus beside the project.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace fwproof::tests {

inline std::optional<std::filesystem::path> corpus() {
  const char* named = std::getenv("FWPROOF_CORPUS");
  std::filesystem::path folder = named ? std::filesystem::path(named) : std::filesystem::path(FWPROOF_SOURCE_DIR) / "../shared/corpus";
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return folder.lexically_normal();
  return std::nullopt;
}

// Sorted, so that results do not depend on the file system.
inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace fwproof::tests
