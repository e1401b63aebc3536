package io.jenkins.plugins.mlops.core.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class EvidenceVerificationTest extends EvidenceTampering {

    @Override
    Place newPlace() {
        Path root = directory.resolve("evidence");
        return new Place() {
            @Override
            public WriteOnce objects() {
                return new DirectoryObjects(root);
            }

            @Override
            public void overwrite(String name, byte[] bytes) throws IOException {
                Files.createDirectories(root.resolve(name).getParent());
                Files.write(root.resolve(name), bytes);
            }

            @Override
            public void delete(String name) throws IOException {
                Files.delete(root.resolve(name));
            }
        };
    }
}
