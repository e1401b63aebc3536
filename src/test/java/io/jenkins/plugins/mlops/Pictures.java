package io.jenkins.plugins.mlops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Takes the pictures of docs/images with Chromium: only when {@code MLOPS_TEST_PICTURES} names a directory for them. */
public final class Pictures {

    private static final String DIRECTORY = System.getenv("MLOPS_TEST_PICTURES");
    private static final int WIDTH = 1280;

    private Pictures() {}

    public static void take(String name, String url, int height) throws IOException, InterruptedException {
        if (DIRECTORY == null) {
            return;
        }
        Path directory = Files.createDirectories(Path.of(DIRECTORY).toAbsolutePath());
        int exit = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--hide-scrollbars",
                        "--user-data-dir=" + Files.createTempDirectory("chromium"),
                        "--window-size=" + WIDTH + "," + height,
                        "--virtual-time-budget=20000",
                        "--screenshot=" + directory.resolve(name + ".png"),
                        url)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("chromium ended with " + exit + " at " + url);
        }
    }
}
