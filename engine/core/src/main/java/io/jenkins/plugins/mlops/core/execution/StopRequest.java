package io.jenkins.plugins.mlops.core.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** That somebody asked for an execution to be stopped; a file, so that any process may ask and no crash forgets it. */
final class StopRequest {

    /** @param at when the first request came */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Request(String reason, Instant at) {}

    private final Path file;
    private String reason;

    StopRequest(Path directory) {
        file = directory.resolve("stop.json");
    }

    /** The first request stays. */
    void write(String why) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Path fresh = file.resolveSibling("." + UUID.randomUUID() + ".new");
        try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
            out.write(Documents.toJson(new Request(why, Instant.now())).getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    Optional<String> read() throws IOException {
        if (reason == null && Files.exists(file)) {
            try {
                reason = Documents.readJson(Files.readString(file), file.toString(), Request.class)
                        .reason();
            } catch (MlopsException e) {
                reason = "for a reason that cannot be read";
            }
        }
        return Optional.ofNullable(reason);
    }

    /** Null when there is none. */
    String reason() {
        try {
            return read().orElse(null);
        } catch (IOException e) {
            return null;
        }
    }
}
