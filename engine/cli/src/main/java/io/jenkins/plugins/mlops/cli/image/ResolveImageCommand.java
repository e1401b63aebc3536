package io.jenkins.plugins.mlops.cli.image;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.image.ImageResolver;
import io.jenkins.plugins.mlops.core.image.Platform;
import io.jenkins.plugins.mlops.core.image.ResolvedImage;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops image resolve}: the digest that an image has now. */
@Command(
        name = "resolve",
        description =
                "Print the digest that a registry has for an image now, as a reference that names these bytes alone.",
        mixinStandardHelpOptions = true)
final class ResolveImageCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(
            paramLabel = "REFERENCE",
            description =
                    "[REGISTRY[:PORT]/]REPOSITORY[:TAG][@DIGEST]; without a registry docker.io, without tag and digest"
                            + " latest.")
    private String reference;

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH[/VARIANT]",
            description =
                    "The image for this platform, such as linux/amd64; without it, what the reference names, be it an"
                            + " index of several.")
    private String platform;

    @Mixin
    private ImageRegistryOptions registries;

    @Mixin
    private OutputOptions output;

    ResolveImageCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        ImageReference image = ImageReference.parse(reference);
        Platform asked = platform == null ? null : Platform.parse(platform);
        try (ImageResolver resolver = new ImageResolver(registries.settings(host))) {
            ResolvedImage resolved = resolver.resolve(image, asked);
            output.output(host).result(resolved.pinned(), resolved);
            return 0;
        }
    }
}
