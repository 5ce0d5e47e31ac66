// The names that Kea's configurations hold.
#pragma once

#include <string_view>

namespace fwproof::importers::kea {

// A setting that does not say which addresses are handed out: lifetimes, options, databases of leases, sockets, logging.
bool is_setting(std::string_view key);

}  // namespace fwproof::importers::kea
