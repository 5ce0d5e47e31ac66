// Scripts: what each command does to the firewall, asked of the plain evaluator.
#include "support.h"

namespace fwproof::importers::netsh {
namespace {

const std::string kAdd = "netsh advfirewall firewall add rule ";
const std::string kListed = print({});

struct Row {
  const char* what;
  std::vector<std::string> files;
  Question question;
  const char* expected;
};
// Names the row in test lists.
void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class Scripts : public testing::TestWithParam<Row> {};

TEST_P(Scripts, Decide) {
  const ImportedHost host = import_texts(GetParam().files);
  EXPECT_EQ(ask(host, GetParam().question), GetParam().expected) << GetParam().what;
}

Question port(unsigned number) {
  Question question;
  question.dst_port = number;
  return question;
}
Question from(const char* src, unsigned number = 80) {
  Question question = port(number);
  question.src = src;
  return question;
}
Question in_profile(unsigned profile) {
  Question question;
  question.profile = profile;
  return question;
}
Question outbound() {
  Question question;
  question.inbound = false;
  return question;
}

INSTANTIATE_TEST_SUITE_P(
    Commands, Scripts,
    testing::Values(
        Row{"add", {kAdd + "name=\"w\" dir=in action=allow protocol=TCP localport=80"}, port(80), "accept"},
        Row{"other port", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(81), "drop"},
        Row{"blanks around =", {kAdd + "name = \"my web\" dir = in action = allow protocol = tcp localport = 80"}, port(80), "accept"},
        Row{"quoted list", {kAdd + "name=w dir=IN action=ALLOW protocol=TCP localport=\"79,80\" profile=ANY"}, port(80), "accept"},
        Row{"remoteip", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip=192.0.2.0/25"}, from("192.0.2.200"), "drop"},
        Row{"remoteip mask", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip=192.0.2.0/255.255.255.128"}, from("192.0.2.20"), "accept"},
        Row{"remoteip range", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip=192.0.2.1-192.0.2.9"}, from("192.0.2.9"), "accept"},
        Row{"bad address", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip=300.1.1.1"}, port(80), "depends"},
        Row{"LocalSubnet", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip=localsubnet"}, port(80), "depends"},
        Row{"block wins", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80\n" + kAdd + "name=b dir=in action=block remoteip=192.0.2.0/24"}, port(80), "drop"},
        Row{"disabled", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 enable=no"}, port(80), "drop"},
        Row{"caret", {"netsh advfirewall firewall add rule name=w ^\r\n dir=in action=allow ^\r\n protocol=TCP localport=80\r\n"}, port(80), "accept"},
        Row{"backtick", {kAdd + "name=\"w\" `\naction=ALLOW dir=IN protocol=TCP localport=\"80\""}, port(80), "accept"},
        Row{"chain", {"echo hi & " + kAdd + "name=w dir=in action=allow protocol=TCP localport=80 >nul 2>&1"}, port(80), "accept"},
        Row{"prompt", {"C:\\Windows\\system32>" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "accept"},
        Row{"comment only", {"REM " + kAdd + "name=w dir=in action=allow protocol=TCP localport=80\n" + kAdd + "name=x dir=in action=allow protocol=TCP localport=81"}, port(80), "drop"},
        Row{"abbreviated", {"netsh adv f a r name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "accept"},
        Row{"-f context", {"advfirewall firewall\nadd rule name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "accept"},
        Row{"-c option", {"netsh -c \"advfirewall firewall\" add rule name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "accept"},
        Row{"under if", {"if exist x " + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"under if, elsewhere", {"if exist x " + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(81), "drop"},
        Row{"in a block", {"if exist x (\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80\n)\n"}, port(80), "depends"},
        Row{"in a loop", {"for %%p in (80 443) do " + kAdd + "name=w dir=in action=allow protocol=TCP localport=%%p"}, port(80), "depends"},
        Row{"behind goto", {"if errorlevel 1 goto end\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80\n:end\n"}, port(80), "depends"},
        Row{"variable", {kAdd + "name=w dir=in action=allow protocol=TCP localport=%PORT%"}, port(80), "depends"},
        Row{"set variable", {"set PORT=80\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=%PORT%"}, port(81), "drop"},
        Row{"PowerShell variable", {"$p = \"80\"\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=$p"}, port(80), "accept"},
        Row{"or", {"foo || " + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"inside another", {"powershell -Command \"netsh advfirewall set allprofiles state off\""}, port(80), "depends"},
        Row{"registry", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\nreg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess /v x"}, port(80), "depends"},
        Row{"service", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\nnet stop mpssvc"}, port(80), "depends"},
        Row{"off", {"netsh advfirewall set allprofiles state off"}, port(4444), "accept"},
        Row{"off elsewhere", {"netsh advfirewall set publicprofile state off"}, in_profile(model::profile_domain), "drop"},
        Row{"allow by default", {"netsh advfirewall set allprofiles firewallpolicy allowinbound,allowoutbound"}, port(4444), "accept"},
        Row{"block outbound", {"netsh advfirewall set allprofiles firewallpolicy blockinbound,blockoutbound"}, outbound(), "drop"},
        Row{"block always", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80\nnetsh advfirewall set domainprofile firewallpolicy blockinboundalways,allowoutbound"}, port(80), "drop"},
        Row{"mixed defaults", {"netsh advfirewall set publicprofile firewallpolicy allowinbound,allowoutbound"}, in_profile(model::profile_public), "accept"},
        Row{"current profile", {"netsh advfirewall set currentprofile state off"}, port(80), "depends"},
        Row{"reset", {kListed, "netsh advfirewall reset"}, port(80), "drop"},
        Row{"delete", {kListed, "netsh advfirewall firewall delete rule name=web"}, port(80), "drop"},
        Row{"delete other direction", {kListed, "netsh advfirewall firewall delete rule name=web dir=out"}, port(80), "accept"},
        Row{"delete all of a name", {kListed + print({.local_port = "81"}), "netsh advfirewall firewall delete rule name=WEB"}, port(81), "drop"},
        Row{"set", {kListed, "netsh advfirewall firewall set rule name=web new localport=81"}, port(80), "drop"},
        Row{"set without new", {kListed, "netsh advfirewall firewall set rule name=web enable=no"}, port(80), "accept"},
        Row{"set by program hidden", {kListed, "netsh advfirewall firewall set rule name=web program=c:\\x.exe new enable=no"}, port(80), "depends"},
        Row{"enable an unseen group", {"netsh advfirewall firewall set rule group=\"remote desktop\" new enable=Yes"}, port(3389), "depends"},
        Row{"import", {kListed, "netsh advfirewall import x.wfw"}, port(80), "depends"},
        Row{"bypass", {kAdd + "name=w dir=in action=bypass security=authenticate rmtcomputergrp=D:(A;;CC;;;S-1) protocol=TCP localport=80"}, port(80), "depends"},
        Row{"portproxy", {"netsh interface portproxy add v4tov4 listenport=80 connectaddress=10.0.0.1"}, port(80), "drop"},
        Row{"program", {kAdd + "name=w dir=in action=allow program=\"C:\\x.exe\""}, port(80), "drop"},
        Row{"port without protocol", {kAdd + "name=w dir=in action=allow localport=80"}, port(80), "depends"},
        Row{"unknown key", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remotip=1.2.3.4"}, port(80), "depends"},
        Row{"unknown action", {kAdd + "name=w dir=in action=permit protocol=TCP localport=80"}, port(80), "depends"},
        Row{"legacy port", {"netsh firewall add portopening TCP 80 \"web\" ENABLE ALL profile=ALL"}, port(80), "accept"},
        Row{"legacy opmode", {"netsh firewall set opmode mode=disable profile=all"}, port(4444), "accept"},
        Row{"New-NetFirewallRule", {"New-NetFirewallRule -DisplayName \"w\" -Direction Inbound -LocalPort 79,80 -Protocol TCP -Action Allow"}, port(80), "accept"},
        Row{"New-NetFirewallRule scope", {"New-NetFirewallRule -DisplayName w -LocalPort 80 -Protocol TCP -RemoteAddress @(\"192.0.2.0/24\", '10.0.0.1') | Out-Null"}, from("203.0.113.1"), "drop"},
        Row{"New-NetFirewallRule splat", {"New-NetFirewallRule @p"}, port(80), "depends"},
        Row{"Remove-NetFirewallRule", {kListed, "Remove-NetFirewallRule -DisplayName 'web'"}, port(80), "drop"},
        Row{"Disable-NetFirewallRule", {kListed, "Disable-NetFirewallRule -DisplayName web"}, port(80), "drop"},
        Row{"Disable by wildcard", {kListed, "Disable-NetFirewallRule -DisplayName we*"}, port(80), "depends"},
        Row{"pipeline", {kListed, "Get-NetFirewallRule | Disable-NetFirewallRule"}, port(80), "depends"},
        Row{"Set-NetFirewallProfile", {"Set-NetFirewallProfile -Profile Domain,Public,Private -Enabled False"}, port(4444), "accept"},
        Row{"Set-NetFirewallProfile default", {"Set-NetFirewallProfile -All -DefaultInboundAction Allow"}, port(4444), "accept"},
        Row{"dir is required", {kAdd + "name=w action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"name is required", {kAdd + "dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"the same key twice", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 localport=81"}, port(81), "depends"},
        Row{"nothing behind remoteip", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip="}, port(80), "depends"},
        Row{"a group is for set", {kAdd + "name=w group=g dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"all is no profile", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 profile=all"}, port(80), "depends"},
        Row{"blank behind the caret", {kAdd + "name=w dir=in action=allow protocol=TCP ^ \n localport=80"}, port(443), "accept"},
        Row{"behind the end of the script", {"exit /b 0\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"behind goto :eof", {"if errorlevel 1 goto :eof\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"behind a conditional end", {"net session >nul 2>&1 || exit /b 1\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"behind a condition in the line", {"echo x & if exist y echo z & " + kAdd + "name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"an escaped bracket closes nothing", {"if exist x (\necho ^)\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80\n)"}, port(80), "depends"},
        Row{"a bracket in a comment closes nothing", {"if ($x) {\n$a = 1 # } \n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80\n}"}, port(80), "depends"},
        Row{"a block of a cmdlet", {"1..3 | ForEach-Object {\nNew-NetFirewallRule -DisplayName w -LocalPort 80 -Protocol TCP\n}"}, port(80), "depends"},
        Row{"a block for another computer", {"Invoke-Command -ComputerName x -ScriptBlock {\nNew-NetFirewallRule -DisplayName w -LocalPort 80 -Protocol TCP\n}"}, port(80), "depends"},
        Row{"a text", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\n$t = @\"\nnetsh advfirewall set allprofiles state off\n\"@"}, port(80), "depends"},
        Row{"written to a file", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\necho netsh advfirewall set allprofiles state off > x.cmd"}, port(80), "depends"},
        Row{"into netsh", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\necho advfirewall set allprofiles state off | netsh"}, port(80), "depends"},
        Row{"appended to a variable", {"$p = \"80\"\n$p += \",443\"\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=$p"}, port(443), "depends"},
        Row{"a variable that is set again", {"$p = \"80\"\n$p = \"443\"\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=$p"}, port(443), "accept"},
        Row{"single quotes are no quotes for cmd", {kAdd + "name='web server' dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"a leading zero", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip=010.0.2.5"}, port(80), "depends"},
        Row{"if and else", {"if exist x (" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80) else (" + kAdd + "name=w dir=in action=allow protocol=TCP localport=81)"}, port(80), "depends"},
        Row{"a variable of a loop", {"$p = \"80\"\nforeach ($p in 80,443) {\nNew-NetFirewallRule -DisplayName w -LocalPort $p -Protocol TCP\n}"}, port(443), "depends"},
        Row{"set /p", {"set P=80\nset /p P=Port\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=%P%"}, port(443), "depends"},
        Row{"a variable for a command", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\n%FW% add rule name=x dir=in action=allow protocol=TCP localport=80"}, port(80), "depends"},
        Row{"conditions that are written alike", {"if errorlevel 1 " + kAdd + "name=a dir=in action=allow protocol=TCP localport=80\nif errorlevel 1 " + kAdd + "name=b dir=in action=block protocol=TCP localport=80"}, port(80), "depends"},
        Row{"a session", {"netsh\nadvfirewall firewall\nadd rule name=w dir=in action=allow protocol=TCP localport=80\nexit\n" + kAdd + "name=v dir=in action=allow protocol=TCP localport=81"}, port(81), "accept"},
        Row{"a session that netsh opens", {"netsh advfirewall firewall\nadd rule name=w dir=in action=allow protocol=TCP localport=80"}, port(80), "accept"},
        Row{"netsh exec", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\nnetsh exec x.txt"}, port(80), "depends"},
        Row{"netsh ipsec", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80\nnetsh ipsec static add filter filterlist=x"}, port(80), "depends"},
        Row{"notconfigured is for policies", {"netsh advfirewall set allprofiles state off\nnetsh advfirewall set allprofiles state notconfigured"}, port(80), "depends"},
        Row{"one word of a policy", {"netsh advfirewall set allprofiles firewallpolicy allowinbound"}, port(80), "depends"},
        Row{"a reset does not start the service", {"net stop mpssvc\nnetsh advfirewall reset"}, port(80), "depends"},
        Row{"a reset undoes an import", {kListed + "\nnetsh advfirewall import x.wfw\nnetsh advfirewall reset"}, port(80), "drop"},
        Row{"delete a part of the ports", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80,81\nnetsh advfirewall firewall delete rule name=w localport=80"}, port(80), "depends"},
        Row{"delete other ports", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80\nnetsh advfirewall firewall delete rule name=w localport=81"}, port(80), "accept"},
        Row{"behind a delete that finds nothing", {kListed, "netsh advfirewall firewall delete rule name=x && " + kAdd + "name=w dir=in action=allow protocol=TCP localport=81"}, port(81), "depends"},
        Row{"a direction cannot be set", {kListed, "netsh advfirewall firewall set rule name=web new dir=out"}, port(80), "depends"},
        Row{"widen an unseen rule", {"netsh advfirewall firewall set rule name=\"Remote Desktop\" new remoteip=any"}, port(3389), "depends"},
        Row{"one adapter only", {"netsh firewall set opmode mode=disable interface=LAN profile=all"}, port(80), "depends"},
        Row{"an unfinished list", {"New-NetFirewallRule -DisplayName w -Protocol TCP -LocalPort 80,\n443 -Action Allow"}, port(443), "depends"},
        Row{"a splat may turn the rule", {kAdd + "name=w dir=in action=allow protocol=TCP localport=80\nNew-NetFirewallRule @p -LocalPort 80 -Protocol TCP"}, port(80), "depends"},
        Row{"override block rules", {"New-NetFirewallRule -DisplayName w -LocalPort 80 -Protocol TCP -OverrideBlockRules $true"}, port(80), "depends"},
        Row{"commands before the export", {kAdd + "name=w dir=in action=allow protocol=TCP localport=81\n" + kListed}, port(81), "depends"},
        Row{"commands before the export, shown", {kAdd + "name=web dir=in action=allow protocol=TCP localport=81\n" + kListed}, port(81), "drop"},
        Row{"delete in another code page", {print({.name = "M\xc3\xbcller"}), "netsh advfirewall firewall delete rule name=M\xfcller"}, port(80), "depends"},
        Row{"cmdlet in a block", {"if ($x) {\n  New-NetFirewallRule -DisplayName w -LocalPort 80 -Protocol TCP\n}"}, port(80), "depends"}));

TEST(Scripts, SayWhatCannotBeTold) {
  EXPECT_TRUE(has(import_texts({"netsh advfirewall import x.wfw"}), "script.opaque"));
  EXPECT_TRUE(has(import_texts({kAdd + "name=w dir=in action=allow protocol=TCP localport=80 remoteip=300.1.1.1"}), "address.invalid"));
  EXPECT_TRUE(has(import_texts({kAdd + "name=w dir=in action=allow protocol=TCP localport=80000"}), "number.invalid"));
}

TEST(Scripts, LeaveProseUnrecognised) {
  const ImportedHost host = import_texts({"Firewall rules of the server\n" + kAdd + "name=w dir=in action=allow protocol=TCP localport=80\nAnd this is why.\n"});
  EXPECT_TRUE(host.understood);
  EXPECT_EQ(lines_of_class(host, model::LineClass::unrecognised), 2U);
  EXPECT_EQ(lines_of_class(host, model::LineClass::modelled), 1U);
}

}  // namespace
}  // namespace fwproof::importers::netsh
