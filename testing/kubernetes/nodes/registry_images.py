"""Images that tests run, made here and pushed into the cluster's registry."""

import shutil
import tempfile
from pathlib import Path

from . import images, runtime
from .places import CACHE, REGISTRY, REPOSITORY, SOURCES, STATE
from .processes import Failure, run, say

MADE = STATE / "images"


def made():
    return {file.name: file.read_text().strip() for file in sorted(MADE.glob("*"))} if MADE.is_dir() else {}


def make(name):
    makers = {"busybox": busybox, "python": python, "tools": tools, "agent": agent, "pytorch": pytorch, "yolo": yolo}
    if name not in makers:
        raise Failure(f"there is no image {name}: {', '.join(makers)} are possible")
    reference = made().get(name)
    if name == "tools" or not reference:
        reference = makers[name]()
        MADE.mkdir(parents=True, exist_ok=True)
        (MADE / name).write_text(reference + "\n")
    return reference


def push(archive, name):
    """Pushes an archive in Docker's format; the reference names it by digest."""
    login = f"{runtime.USER}:{runtime.password()}"
    digest_file = STATE / f"{name}.digest"
    run("skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-creds", login, "--digestfile", digest_file,
        f"docker-archive:{archive}", f"docker://{REGISTRY}/test/{name}:latest")
    digest = digest_file.read_text().strip()
    digest_file.unlink()
    return f"{REGISTRY}/test/{name}@{digest}"


def busybox():
    archive = CACHE / "busybox.tar"
    images.busybox(archive, "test/busybox:latest")
    return push(archive, "busybox")


def python():
    """Debian's Python with the little that debootstrap's smallest variant has."""
    return push(root("python", ["python3"], ["python3"]), "python")


def tools():
    """The tool image as users build it, but upon a Debian made here; its jar is that of this checkout, built when it is not up to date."""
    run(REPOSITORY / "mlops", "--version")
    base = root("debian", ["ca-certificates"], ["bash"], "0:0")
    return publish("tools", build("tools", REPOSITORY / "agent-images/tools", f"docker-archive:{base}"))


def agent():
    """An agent of Jenkins, upon the tool image for its Java."""
    tools()
    return publish("agent", build("agent", SOURCES / "images/agent", "localhost/test/tools"))


def pytorch():
    """The trainer image as users build it, but upon Debian's own PyTorch (of Debian 13: what is older does not know Python's enums)."""
    return publish("pytorch", trainer())


def yolo():
    """The trainer image of pipelines/yolo."""
    return publish("yolo", build("yolo", REPOSITORY / "pipelines/yolo", trainer(), *pip()))


def trainer():
    base = root("debian-13", ["ca-certificates"], ["bash"], "0:0", "trixie")
    torch = build("torch", SOURCES / "images/torch", f"docker-archive:{base}")
    return build("pytorch", REPOSITORY / "agent-images/trainer-pytorch", torch, *pip())


def build(name, definition, base, *options):
    """Builds the image of a directory; what its steps have made is kept, so that only what has changed is made anew."""
    image = f"localhost/test/{name}"
    buildah("build", "--quiet", "--layers", "--isolation", "chroot", "--network", "host", *options, "--build-arg", f"BASE={base}",
            "--tag", image, "--file", definition / "Containerfile", REPOSITORY)
    return image


def pip():
    """Lets pip find in a build what it finds on this machine: by its configuration, and by the authorities that the machine trusts."""
    authorities, configuration = Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pip.conf")
    return [*(["--volume", f"{authorities}:{authorities}:ro"] if authorities.exists() else []),
            *(["--secret", f"id=pip,src={configuration}"] if configuration.exists() else [])]


def publish(name, image):
    """Pushes an image that was built; the reference names it by digest."""
    digest = STATE / f"{name}.digest"
    buildah("push", "--quiet", "--tls-verify=false", "--creds", f"{runtime.USER}:{runtime.password()}", "--digestfile", digest,
            image, f"docker://{REGISTRY}/test/{name}:latest")
    reference = f"{REGISTRY}/test/{name}@{digest.read_text().strip()}"
    digest.unlink()
    return reference


def buildah(command, *arguments):
    store = CACHE / "buildah"
    return run("buildah", "--root", store / "root", "--runroot", STATE / "buildah", "--storage-driver", "overlay", command, *arguments)


def root(name, packages, command, user="1000:1000", suite=None):
    """An archive with a Debian of its own, packed into one layer."""
    archive, reference = CACHE / f"{name}.tar", f"test/{name}:latest"
    if archive.exists():
        return archive
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as directory:
        tree = Path(directory) / "root"
        say(f"making {reference} with debootstrap; this is done once")
        suite = suite or next(l.split("=")[1].strip() for l in Path("/etc/os-release").read_text().splitlines() if l.startswith("VERSION_CODENAME="))
        run("debootstrap", "--variant=minbase", f"--include={','.join(packages)}", suite, tree)
        for waste in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(tree / waste, ignore_errors=True)
        layer = Path(directory) / "layer.tar"
        run("tar", "--sort=name", "--numeric-owner", "-C", tree, "-cf", layer, ".")
        images.write(Path(directory) / "image.tar", reference, layer.read_bytes(), command, user=user)
        (Path(directory) / "image.tar").rename(archive)
    return archive
