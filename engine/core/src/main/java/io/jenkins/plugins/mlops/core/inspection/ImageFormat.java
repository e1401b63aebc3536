package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** A format of images, known by a file's first bytes whatever its name says. */
public enum ImageFormat {
    JPEG(true),
    PNG(true),
    GIF(true),
    BMP(true),
    TIFF(true),
    WEBP(false),
    AVIF(false),
    HEIC(false),
    JPEG2000(false),
    JXL(false),
    PNM(false),
    EXR(false),
    HDR(false),
    PSD(false),
    ICO(false),
    DICOM(false);

    /** How many first bytes are looked at. */
    static final int HEAD = 132;

    private static final int DICOM_AT = 128;
    private final boolean decodable;

    ImageFormat(boolean decodable) {
        this.decodable = decodable;
    }

    /** Whether this check decodes it. */
    public boolean isDecodable() {
        return decodable;
    }

    @JsonValue
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Null when the bytes begin no image that is known. */
    static ImageFormat of(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (text.startsWith("\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) {
            return GIF;
        }
        if (text.startsWith("II*\0") || text.startsWith("MM\0*") || text.startsWith("II+\0")) {
            return TIFF;
        }
        if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
            return WEBP;
        }
        if (text.startsWith("ftyp", 4)) {
            return isoMedia(text.substring(8, Math.min(text.length(), 12)));
        }
        if (text.startsWith("\0\0\0\fjP  ") || text.startsWith("\u00ff\u004f\u00ff\u0051")) {
            return JPEG2000;
        }
        if (text.startsWith("\u00ff\n") || text.startsWith("\0\0\0\fJXL ")) {
            return JXL;
        }
        if (text.startsWith("v/1\u0001")) {
            return EXR;
        }
        if (text.startsWith("#?RADIANCE") || text.startsWith("#?RGBE")) {
            return HDR;
        }
        if (text.startsWith("8BPS")) {
            return PSD;
        }
        if (text.startsWith("\0\0\u0001\0")) {
            return ICO;
        }
        if (text.startsWith("DICM", DICOM_AT)) {
            return DICOM;
        }
        if (text.matches("(?s)P[1-7]\\s.*")) {
            return PNM;
        }
        return text.startsWith("BM") ? BMP : null;
    }

    private static ImageFormat isoMedia(String brand) {
        if (Arrays.asList("avif", "avis").contains(brand)) {
            return AVIF;
        }
        return Arrays.asList("heic", "heix", "heim", "heis", "hevc", "mif1", "msf1")
                        .contains(brand)
                ? HEIC
                : null;
    }
}
