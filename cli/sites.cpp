#include "cli/sites.h"

#include <algorithm>
#include <filesystem>

#include "cli/read_input.h"
#include "specs/json_tree.h"

namespace fwproof::cli {

bool is_site(const std::string& path) {
  std::error_code ignored;
  if (!path.ends_with(".json") || std::filesystem::file_size(path, ignored) > specs::kMaxJsonBytes) return false;
  model::Sources sources;
  if (!read_input(sources, path, path).problem.empty()) return false;
  std::vector<model::Diagnostic> diagnostics;
  const auto json = specs::read_json(sources, 0, diagnostics);
  if (!json) return true;  // broken: to be heard of, not passed over
  if (json->kind != specs::JsonNode::Kind::object) return false;
  const auto has = [&](std::string_view name) {
    return std::any_of(json->keys.begin(), json->keys.end(), [&](const specs::JsonNode::Key& key) { return key.text == name; });
  };
  return has("site") || (has("zones") && has("devices"));
}

std::vector<std::string> sites_below(const std::string& folder) {
  std::vector<std::string> sites;
  std::error_code problem;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  for (auto at = std::filesystem::recursive_directory_iterator(folder, options, problem); !problem && at != std::filesystem::end(at); at.increment(problem)) {
    std::error_code ignored;
    if (!at->is_regular_file(ignored)) continue;
    // A broken site.json must be heard of, not passed over.
    if (at->path().filename() == "site.json" || is_site(at->path().string())) sites.push_back(at->path().string());
  }
  if (problem) sites.push_back(folder);  // cannot be walked: reported as an input that cannot be read
  std::sort(sites.begin(), sites.end());
  return sites;
}

}  // namespace fwproof::cli
