# What `cmake --install` copies, and the Debian package that `cpack -G DEB` makes of it.
include(GNUInstallDirs)

install(TARGETS fwproof RUNTIME)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# As in the repository, so that the links in README.md and the "$schema" of the examples lead somewhere.
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The specifications are inside the binary as well; the files are for reading and for starting one's own.
install(DIRECTORY specs/library/ DESTINATION ${CMAKE_INSTALL_DATADIR}/fwproof/specs OPTIONAL FILES_MATCHING PATTERN "*.json")
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fwproof)
set(CPACK_PACKAGE_VENDOR "the fwproof authors")
set(CPACK_PACKAGE_CONTACT "the fwproof authors <fwproof@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "Reads firewall exports and a table of required ports, and proves for every packet whether the first
satisfies the second, or names the packets, the rule and the line that break it.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
# Versions of libz3, libfmt and the rest are read from the binary (needs dpkg-dev).
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
