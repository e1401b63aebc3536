package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes an image whole, which alone shows that it can be decoded. Files are hostile: dimensions are read first, what is larger than
 * the limit is not decoded, of large images every n-th pixel alone is kept, and images that are decoded at the same time have a limit
 * together. Of GIF and TIFF the first picture is decoded. Thread-safe.
 */
final class ImageProbe {

    /** Larger files are read as they are decoded, and not into memory. */
    private static final int IN_MEMORY = 32 * 1024 * 1024;
    /** Pixels that are kept of an image: enough to see what it looks like. */
    private static final int KEPT = 500_000;

    private static final int MIN_TOGETHER = 128_000_000;
    private static final int PIXELS_PER_PERMIT = 1000;
    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final long maxPixels;
    private final boolean looks;
    private final int permits;
    private final Semaphore together;

    /**
     * @param maxPixels of an image, 1 to 2 billion
     * @param looks whether a hash of what the image looks like is wanted
     */
    ImageProbe(long maxPixels, boolean looks) {
        this.maxPixels = maxPixels;
        this.looks = looks;
        this.permits = (int) (Math.max(maxPixels, MIN_TOGETHER) / PIXELS_PER_PERMIT) + 1;
        this.together = new Semaphore(permits);
    }

    /**
     * @param known the digest of the file, null when it is not known
     * @throws IOException when this thread was interrupted; whatever else goes wrong is what is wrong with the image
     */
    ImageFacts look(Path file, long size, Digest known) throws IOException {
        Digest sha256 = known;
        ImageFormat format = null;
        try {
            byte[] bytes = size <= IN_MEMORY ? Files.readAllBytes(file) : null;
            sha256 = bytes == null ? known == null ? Digest.of(file) : known : Digest.of(bytes);
            byte[] head = bytes == null ? head(file) : Arrays.copyOf(bytes, Math.min(bytes.length, ImageFormat.HEAD));
            format = ImageFormat.of(head);
            if (format == null) {
                return ImageFacts.trouble(
                        sha256, null, Kind.UNREADABLE, "it is no image: it begins with " + shown(head));
            }
            if (!format.isDecodable()) {
                return ImageFacts.trouble(
                        sha256, format, Kind.NOT_DECODED, "is " + format.key() + ", which is not decoded here");
            }
            String broken = format == ImageFormat.PNG && bytes != null ? PngChunks.problem(bytes) : null;
            if (broken != null) {
                return ImageFacts.trouble(sha256, format, Kind.UNREADABLE, broken);
            }
            try (ImageInputStream in =
                    bytes == null ? new FileImageInputStream(file.toFile()) : new BytesInput(bytes)) {
                return decode(in, sha256, format);
            }
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (MlopsException e) {
            throw e;
        } catch (EOFException e) {
            return ImageFacts.trouble(sha256, format, Kind.UNREADABLE, "it is cut off");
        } catch (IOException | RuntimeException e) {
            return ImageFacts.trouble(sha256, format, Kind.UNREADABLE, "cannot be decoded: " + reason(e));
        } catch (LinkageError e) {
            throw MlopsException.failed(noDecoder(format == null ? "images" : format.key()), e);
        } catch (OutOfMemoryError e) {
            // A header can ask for any amount; the array that could not be had is all that is lost.
            return ImageFacts.trouble(
                    sha256,
                    format,
                    Kind.NOT_DECODED,
                    "needs more memory than there is: raise the heap, or lower maxMegapixels");
        }
    }

    private ImageFacts decode(ImageInputStream in, Digest sha256, ImageFormat format) throws IOException {
        ImageReader reader = reader(format);
        try {
            List<String> warnings = new ArrayList<>();
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            reader.addIIOReadProgressListener(new Deadline(System.nanoTime() + MAX_NANOS));
            reader.setInput(in, false, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            long pixels = (long) width * height;
            if (pixels > maxPixels) {
                return ImageFacts.trouble(
                        sha256,
                        format,
                        Kind.NOT_DECODED,
                        "has " + width + " x " + height + " pixels, and at most " + maxPixels
                                + " are decoded (images.maxMegapixels)");
            }
            Decoded decoded = decode(reader, pixels);
            if (decoded == null) {
                return ImageFacts.trouble(sha256, format, Kind.UNREADABLE, "takes longer than a minute to decode");
            }
            for (String warning : warnings) {
                if (warning.startsWith("Truncated File")) {
                    return ImageFacts.trouble(sha256, format, Kind.UNREADABLE, "it is cut off: " + warning);
                }
                if (warning.startsWith("Corrupt JPEG data")) {
                    return ImageFacts.trouble(sha256, format, Kind.UNREADABLE, "it is damaged: " + warning);
                }
            }
            return new ImageFacts(sha256, format, width, height, decoded.channels, decoded.looks, null, null);
        } finally {
            reader.dispose();
        }
    }

    private record Decoded(int channels, Long looks) {}

    /** Null when it took too long. */
    private Decoded decode(ImageReader reader, long pixels) throws IOException {
        int needed = (int) Math.min(permits, pixels / PIXELS_PER_PERMIT + 1);
        try {
            together.acquire(needed);
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Decoding images");
        }
        try {
            ImageReadParam param = reader.getDefaultReadParam();
            int step = (int) Math.ceil(Math.sqrt((double) pixels / KEPT));
            param.setSourceSubsampling(Math.max(1, step), Math.max(1, step), 0, 0);
            Decoded decoded = decode(reader, param);
            if (Thread.currentThread().isInterrupted()) {
                throw MlopsException.interrupted("Decoding images");
            }
            return decoded;
        } finally {
            together.release(needed);
        }
    }

    private Decoded decode(ImageReader reader, ImageReadParam param) throws IOException {
        boolean[] aborted = {false};
        reader.addIIOReadProgressListener(new Aborts(aborted));
        Decoded decoded;
        try {
            BufferedImage image = reader.read(0, param);
            decoded = new Decoded(channels(image), looks ? LooksHash.of(image) : null);
        } catch (IIOException e) {
            if (!reader.canReadRaster() || !"Unsupported Image Type".equals(e.getMessage())) {
                throw e;
            }
            // CMYK, of which Java knows no colours but all numbers
            Raster raster = reader.readRaster(0, param);
            decoded = new Decoded(raster.getNumBands(), looks ? LooksHash.of(raster) : null);
        }
        return aborted[0] ? null : decoded;
    }

    private static int channels(BufferedImage image) {
        ColorModel colors = image.getColorModel();
        return colors instanceof IndexColorModel && colors.getPixelSize() > 1
                ? colors.hasAlpha() ? 4 : 3
                : image.getRaster().getNumBands();
    }

    private static ImageReader reader(ImageFormat format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.key());
        if (!readers.hasNext()) {
            throw MlopsException.failed(noDecoder(format.key()));
        }
        return readers.next();
    }

    private static String noDecoder(String what) {
        return "This Java cannot decode " + what
                + ": use one with the module java.desktop and its libraries, such as a 'headless' package";
    }

    private static byte[] head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(ImageFormat.HEAD);
        }
    }

    private static String shown(byte[] head) {
        if (head.length == 0) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(head.length, 8); i++) {
            text.append(i == 0 ? "" : " ").append(String.format("%02x", head[i]));
        }
        return text.toString();
    }

    private static String reason(Exception e) {
        String reason = e.getCause() instanceof IOException cause && cause.getMessage() != null
                ? cause.getMessage()
                : e.getMessage();
        return reason == null
                ? e.getClass().getSimpleName()
                : reason.lines().findFirst().orElse("");
    }

    /** Hears how far a decoder is. */
    private static class Progress implements IIOReadProgressListener {
        @Override
        public void sequenceStarted(ImageReader source, int minIndex) {}

        @Override
        public void sequenceComplete(ImageReader source) {}

        @Override
        public void imageStarted(ImageReader source, int imageIndex) {}

        @Override
        public void imageProgress(ImageReader source, float percentageDone) {}

        @Override
        public void imageComplete(ImageReader source) {}

        @Override
        public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

        @Override
        public void thumbnailProgress(ImageReader source, float percentageDone) {}

        @Override
        public void thumbnailComplete(ImageReader source) {}

        @Override
        public void readAborted(ImageReader source) {}
    }

    /** Stops a decoder that takes too long, or whose thread is interrupted. */
    private static final class Deadline extends Progress {
        private final long end;

        Deadline(long end) {
            this.end = end;
        }

        @Override
        public void imageProgress(ImageReader source, float percentageDone) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                source.abort();
            }
        }
    }

    /** Remembers that a decoder was stopped. */
    private static final class Aborts extends Progress {
        private final boolean[] aborted;

        Aborts(boolean[] aborted) {
            this.aborted = aborted;
        }

        @Override
        public void readAborted(ImageReader source) {
            aborted[0] = true;
        }
    }
}
