// Port proxies: who listens on this host, as commands, `show all` and `dump` tell it.
#include "support.h"

namespace fwproof::importers::netsh {
namespace {

const std::string kAdd = "netsh interface portproxy add v4tov4 ";
const std::string kTable = "                \nAddress         Port        Address         Port\n--------------- ----------  --------------- ----------\n";

// "198.51.100.10/32 443", "? …" where it may be there; sorted as found.
std::string listeners(const std::vector<std::string>& files) {
  const ImportedHost host = import_texts(files);
  std::string all;
  for (const model::Interception& fact : host.facts.interceptions) {
    EXPECT_TRUE(fact.local);
    const bool any_port = fact.ports == model::IntervalSet::all(16);
    const bool v4 = !fact.addresses.v4.empty(), v6 = !fact.addresses.v6.empty();
    const model::IntervalSet& set = v4 ? fact.addresses.v4 : fact.addresses.v6;
    const std::string where = v4 && v6 ? "any" : !set.is_single() ? (v4 ? "any4" : "any6") : model::to_text(model::Address{v4 ? model::Family::v4 : model::Family::v6, set.min()});
    all += (all.empty() ? "" : ", ") + std::string(fact.sure ? "" : "? ") + where + " " + (any_port ? "*" : std::to_string(static_cast<unsigned>(fact.ports.min())));
  }
  return all;
}

TEST(PortProxy, commands_add_replace_delete_and_reset) {
  EXPECT_EQ(listeners({kAdd + "listenport=443 connectaddress=203.0.113.9 connectport=8443"}), "any4 443");
  EXPECT_EQ(listeners({kAdd + "listenport=443 listenaddress=198.51.100.10 connectaddress=203.0.113.9"}), "198.51.100.10 443");
  EXPECT_EQ(listeners({kAdd + "443 203.0.113.9 8443 198.51.100.10"}), "198.51.100.10 443");
  EXPECT_EQ(listeners({"netsh interface portproxy set v6tov4 listenport=443 connectaddress=203.0.113.9"}), "any6 443");
  EXPECT_EQ(listeners({kAdd + "listenport=443 connectaddress=203.0.113.9\n" + kAdd + "listenport=443 connectaddress=203.0.113.8"}), "any4 443");
  EXPECT_EQ(listeners({kAdd + "listenport=443 connectaddress=203.0.113.9\nnetsh interface portproxy delete v4tov4 listenport=443"}), "");
  EXPECT_EQ(listeners({kAdd + "listenport=443 connectaddress=203.0.113.9\nnetsh interface portproxy delete v4tov4 listenport=443 listenaddress=198.51.100.10"}), "any4 443");
  EXPECT_EQ(listeners({kAdd + "listenport=443 connectaddress=203.0.113.9\nnetsh interface portproxy reset"}), "");
  EXPECT_EQ(listeners({"netsh interface portproxy show all"}), "");
}

TEST(PortProxy, what_is_not_certain_may_be_there) {
  EXPECT_EQ(listeners({"if exist x.txt " + kAdd + "listenport=443 connectaddress=203.0.113.9"}), "? any4 443");
  EXPECT_EQ(listeners({kAdd + "listenport=443 listenaddress=myhost connectaddress=203.0.113.9"}), "? any 443");
  EXPECT_EQ(listeners({kAdd + "listenport=https connectaddress=203.0.113.9"}), "? any4 *");
  EXPECT_EQ(listeners({"netsh interface portproxy frobnicate everything"}), "? any *");
  EXPECT_EQ(listeners({"netsh advfirewall show allprofiles\nnetsh exec commands.txt"}), "? any *");
}

TEST(PortProxy, listings_are_read_in_any_language) {
  for (const char* heading : {"Listen on ipv4:             Connect to ipv4:", "Abh\xc3\xb6ren auf ipv4:          Verbinden mit ipv4:", "\xc3\x89" "couter sur ipv4 :          Se connecter \xc3\xa0 ipv4 :"})
    EXPECT_EQ(listeners({std::string(heading) + "\n" + kTable + "*               443         203.0.113.9     8443\n198.51.100.10   8474        203.0.113.9     8474\n"}), "any4 443, 198.51.100.10 8474") << heading;
  EXPECT_EQ(listeners({"Listen on ipv6:             Connect to ipv4:\n" + kTable + "::              443         203.0.113.9     8443\n"}), "any6 443");
}

TEST(PortProxy, a_listing_accounts_for_each_of_its_lines) {
  const ImportedHost host = import_texts({"Listen on ipv4:             Connect to ipv4:\n\n" + kTable + "*               443         203.0.113.9     8443\n"});
  EXPECT_EQ(lines_of_class(host, model::LineClass::approximated), 1u);
  EXPECT_EQ(lines_of_class(host, model::LineClass::unrecognised), 0u);
  EXPECT_EQ(lines_of_class(host, model::LineClass::irrelevant), 2u);
}

TEST(PortProxy, a_dump_is_read) {
  EXPECT_EQ(listeners({"#========================\n# Port Proxy configuration\n#========================\npushd interface portproxy\n\nreset\nadd v4tov4 listenport=443 connectaddress=203.0.113.9 connectport=8443\n\n"
                       "popd\n\n# End of Port Proxy configuration\n"}),
            "any4 443");
}

}  // namespace
}  // namespace fwproof::importers::netsh
