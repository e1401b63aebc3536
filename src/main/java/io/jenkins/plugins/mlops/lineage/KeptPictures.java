package io.jenkins.plugins.mlops.lineage;

import hudson.Util;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;

/**
 * The pictures that a training or an evaluation left. They are files of others, so their addresses hold no name of theirs, only raster formats are sent, with
 * the type that their first bytes have, and a browser makes nothing else of them.
 */
@Restricted(NoExternalUse.class)
public final class KeptPictures {

    private final String url;
    private final List<RunFacts.PictureUse> uses;
    private final Path directory;

    private KeptPictures(String url, List<RunFacts.PictureUse> uses, Path directory) {
        this.url = url;
        this.uses = uses;
        this.directory = directory;
    }

    static KeptPictures of(RunFacts.TrainingUse training, Path directory) {
        return of(training.id(), training.pictures(), directory);
    }

    static KeptPictures of(RunFacts.EvaluationUse evaluation, Path directory) {
        return of(evaluation.id(), evaluation.pictures(), directory);
    }

    private static KeptPictures of(String id, List<RunFacts.PictureUse> pictures, Path directory) {
        return new KeptPictures("pictures/" + Util.rawEncode(String.valueOf(id)), pictures, directory);
    }

    /** Those whose files are there. */
    public List<Picture> getAll() {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < uses.size(); i++) {
            if (KeptFiles.named(directory, uses.get(i).file()) != null) {
                pictures.add(new Picture(Shown.text(uses.get(i).name()), url + "/" + i));
            }
        }
        return pictures;
    }

    /** Sends the picture whose number is the rest of the path. */
    public void doDynamic(StaplerRequest2 request, StaplerResponse2 response) throws IOException, ServletException {
        Path file = file(request.getRestOfPath().replaceFirst("^/", ""));
        RasterFormat format = file == null || Files.size(file) > RasterFormat.MAX_BYTES ? null : format(file);
        if (format == null) {
            response.sendError(StaplerResponse2.SC_NOT_FOUND);
            return;
        }
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", "default-src 'none'; sandbox");
        response.setHeader("Content-Disposition", "inline; filename=\"picture." + format.extension() + "\"");
        try (InputStream bytes = Files.newInputStream(file)) {
            response.serveFile(
                    request,
                    bytes,
                    Files.getLastModifiedTime(file).toMillis(),
                    0,
                    Files.size(file),
                    "mime-type:" + format.type());
        }
    }

    private Path file(String number) {
        if (!number.matches("[0-9]{1,3}")) {
            return null;
        }
        int index = Integer.parseInt(number);
        return index < uses.size() ? KeptFiles.named(directory, uses.get(index).file()) : null;
    }

    private static RasterFormat format(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return RasterFormat.of(bytes.readNBytes(RasterFormat.HEAD_BYTES));
        }
    }

    /** A picture and its address, from the page of the build's record. */
    @Restricted(NoExternalUse.class)
    public static final class Picture {

        private final String name;
        private final String url;

        Picture(String name, String url) {
            this.name = name;
            this.url = url;
        }

        public String getName() {
            return name;
        }

        public String getUrl() {
            return url;
        }
    }
}
