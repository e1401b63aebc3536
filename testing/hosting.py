"""Checks what jenkinsci's hosting checks read in a repository, so that nothing of it is lost on the way.

Prints "passed WHAT" or "failed WHAT: WHY" for each check. The rules are those of jenkins-infra/repository-permissions-updater,
package hosting; the versions are the lowest that it took in August 2026.
"""

import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

LOWEST_PARENT = (6, 2211)
LOWEST_JENKINS = (2, 541, 3)
JDKS = {"21", "25"}
# Libraries that API plugins bring.
BANNED = """
org.apache.commons:commons-lang3 org.apache.commons:commons-lang org.apache.commons:commons-text org.apache.commons:commons-compress
org.apache.commons:commons-math3 org.json:json com.jayway.jsonpath:json-path com.google.code.gson:gson
com.fasterxml.jackson.core:jackson-core com.fasterxml.jackson.core:jackson-databind org.yaml:snakeyaml com.sun.xml.bind:jaxb-impl
org.jsoup:jsoup joda-time:joda-time org.ow2.asm:asm net.bytebuddy:byte-buddy com.github.ben-manes.caffeine:caffeine
com.github.mwiede:jsch org.bouncycastle:bcpkix-jdk18on org.bouncycastle:bcprov-jdk18on org.bouncycastle:bcutil-jdk18on
org.apache.httpcomponents:httpclient org.apache.httpcomponents.client5:httpclient5 com.squareup.okhttp3:okhttp
jakarta.activation:jakarta.activation-api jakarta.mail:jakarta.mail-api com.sun.activation:javax.activation com.sun.mail:javax.mail
""".split()
REQUIRED_PROPERTIES = {
    "changelist": "999999-SNAPSHOT",
    "hpi.strictBundledArtifacts": "true",
    "ban-commons-lang-2.skip": "false",
    "ban-deprecated-stapler.skip": "false",
    "ban-junit4-imports.skip": "false",
    "banObsoleteDependencyOverrides.skip": "false",
}

failed = False


def check(what, holds, why=""):
    global failed
    failed |= not holds
    print(f"passed {what}" if holds else f"failed {what}: {why}")


def read(path):
    file = pathlib.Path(path)
    return file.read_text(encoding="utf-8") if file.is_file() else None


class Pom:
    """A pom.xml by paths of element names."""

    def __init__(self, path):
        self._root = ElementTree.parse(path).getroot()
        for element in self._root.iter():
            if isinstance(element.tag, str):
                element.tag = element.tag.rpartition("}")[2]

    def text(self, path):
        return (self._root.findtext(path) or "").strip()

    def all(self, path):
        return self._root.findall(path)

    def properties(self):
        return {element.tag: (element.text or "").strip() for element in self._root.find("properties") if isinstance(element.tag, str)}


def numbers(version):
    return tuple(int(number) for number in re.findall(r"^\d+|(?<=\.)\d+(?=\.|$)", version))


def check_pom():
    pom = Pom("pom.xml")
    properties = pom.properties()
    artifact = pom.text("artifactId")
    check("artifactId is lower case and short", re.fullmatch(r"[a-z0-9-]{1,36}", artifact) and "jenkins" not in artifact, artifact)
    check("groupId", pom.text("groupId") == "io.jenkins.plugins", pom.text("groupId"))
    check("the name does not say Jenkins", pom.text("name") and "jenkins" not in pom.text("name").lower(), pom.text("name"))
    url = pom.text("url").replace("${project.artifactId}", artifact)
    check("url", url == f"https://github.com/jenkinsci/{artifact}-plugin", url)
    check("a licence", pom.all("licenses/license") and read("LICENSE"), "none in pom.xml, or no LICENSE")
    check("no developers in pom.xml", not pom.all("developers"), "they are named elsewhere")
    check("the version is ${changelist}", pom.text("version") == "${changelist}", pom.text("version"))
    parent = pom.text("parent/version")
    check("the parent is new enough", numbers(parent)[:2] >= LOWEST_PARENT, parent)
    jenkins = properties["jenkins.version"].replace("${jenkins.baseline}", properties.get("jenkins.baseline", ""))
    check("Jenkins is new enough", numbers(jenkins) >= LOWEST_JENKINS, jenkins)
    boms = [bom.findtext("artifactId") for bom in pom.all("dependencyManagement/dependencies/dependency")]
    check("the BOM is that of the baseline", "bom-${jenkins.baseline}.x" in boms, boms)
    scm = [pom.text(f"scm/{field}") for field in ("connection", "developerConnection", "tag", "url")]
    check("scm is complete and read by HTTPS", all(scm) and scm[0].startswith("scm:git:https:"), scm)
    for name, value in REQUIRED_PROPERTIES.items():
        check(f"property {name}", properties.get(name) == value, properties.get(name))
    set_by_parent = {"java.level", "maven.compiler.source", "maven.compiler.target", "maven.compiler.release"} & set(properties)
    check("no property for the Java release", not set_by_parent, set_by_parent)
    urls = [repository.findtext("url") for kind in ("repositories/repository", "pluginRepositories/pluginRepository") for repository in pom.all(kind)]
    check("repositories are Jenkins' own, by HTTPS", all(url.startswith("https://repo.jenkins-ci.org/") for url in urls), urls)
    banned = [
        name
        for dependency in pom.all("dependencies/dependency")
        if (dependency.findtext("scope") or "compile") == "compile"
        and (name := f"{dependency.findtext('groupId')}:{dependency.findtext('artifactId')}") in BANNED
    ]
    check("no library that an API plugin has", not banned, banned)
    engine = Pom("engine/pom.xml").properties()
    differing = [name for name in properties if name in engine and engine[name] != properties[name]]
    check("both builds compile core against the same versions", not differing, differing)
    return artifact


def check_files(artifact):
    owners = (read(".github/CODEOWNERS") or "").splitlines()
    check("CODEOWNERS", f"* @jenkinsci/{artifact}-plugin-developers" in owners, owners)
    ignored = (read(".gitignore") or "").splitlines()
    check(".gitignore names target and work", {"target/", "work/"} <= set(ignored), ignored)
    tracked = subprocess.run(["git", "ls-files", "target", "work"], capture_output=True, text=True, check=True).stdout
    check("neither is in the repository", not tracked, tracked)
    for path in (
        "README.md",
        "SECURITY.md",
        ".github/renovate.json",
        ".github/workflows/jenkins-security-scan.yml",
        ".github/workflows/cd.yaml",
        ".mvn/extensions.xml",
    ):
        check(f"there is {path}", read(path))
    check(".mvn/maven.config", "-Dchangelist.format=%d.v%s" in (read(".mvn/maven.config") or "").splitlines(), "no -Dchangelist.format")
    check("there is no release drafter", not list(pathlib.Path(".github").rglob("release-drafter.y*")), "it does not go with automatic releases")
    jenkinsfile = read("Jenkinsfile") or ""
    calls = re.findall(r"^(\w+)\(", jenkinsfile, re.M)
    check("buildPlugin is the only call at the top of the Jenkinsfile", [call for call in calls if call != "if"] == ["buildPlugin"], calls)
    jdks = re.findall(r"jdk: (\d+)", jenkinsfile)
    check("it builds with JDKs that are taken", jdks and set(jdks) <= JDKS, jdks)


def check_views():
    """Jenkins' Content Security Policy allows no inline script, style or event handler."""
    bad = []
    for path in sorted(pathlib.Path("src/main/resources").rglob("*.jelly")):
        text = path.read_text(encoding="utf-8")
        if not text.lstrip().removeprefix('<?xml version="1.0" encoding="UTF-8"?>').lstrip().startswith("<?jelly escape-by-default='true'?>"):
            bad.append(f"{path} does not escape by default")
        for element in ElementTree.fromstring(text).iter():
            if not isinstance(element.tag, str):
                continue
            if element.tag == "style":
                bad.append(f"{path}: <style>")
            if element.tag == "script" and "src" not in element.attrib and element.get("type", "").lower() != "application/json":
                bad.append(f"{path}: <script>")
            if "checkUrl" in element.attrib and "checkDependsOn" not in element.attrib:
                bad.append(f"{path}: checkUrl without checkDependsOn")
            if "style" in element.attrib and not element.tag.startswith("{"):
                bad.append(f"{path}: style on <{element.tag}>")
            bad += [f"{path}: {name}" for name in element.attrib if name == "onclick" or (name.startswith("on") and not element.tag.startswith("{"))]
    check("views have no inline script, style or handler", not bad, bad)


check_files(check_pom())
check_views()
sys.exit(failed)
