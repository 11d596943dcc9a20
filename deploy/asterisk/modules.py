"""The Asterisk modules that a call to 114 needs, in the order they are loaded.

Nothing else is loaded: what is not there can not be attacked and needs no configuration.
The set-up fetches the libraries of exactly these. Standard library only.
"""

from __future__ import annotations

CORE = (
    "res_timing_timerfd",
    "res_crypto",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",
    "res_musiconhold",
    "res_speech",  # res_agi does not load without it
    "res_agi",
    "res_rtp_asterisk",
    "res_security_log",
    "res_audiosocket",
)
AUDIO = (
    "codec_alaw",
    "codec_ulaw",
    "codec_a_mu",
    "codec_resample",
    "format_wav",
    "format_pcm",
    "format_sln",
)
SIP = (
    "res_pjproject",
    "res_pjsip",
    "res_pjsip_session",
    "res_pjsip_sdp_rtp",
    "res_pjsip_authenticator_digest",
    "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user",
    "res_pjsip_caller_id",
    "res_pjsip_registrar",
    "res_pjsip_rfc3326",
    "res_pjsip_dtmf_info",
    "res_pjsip_header_funcs",
    "res_pjsip_nat",
    "res_pjsip_path",
    "res_pjsip_refer",
    "res_pjsip_diversion",
    "res_pjsip_logger",
    "res_pjsip_acl",
    "res_pjsip_pubsub",
    "chan_pjsip",
)
BRIDGES = (
    "bridge_simple",
    "bridge_native_rtp",
    "bridge_holding",
    "bridge_softmix",
    "bridge_builtin_features",
    "bridge_builtin_interval_features",
)
APPLICATIONS = (
    "pbx_config",
    "app_dial",
    "app_playback",
    "app_read",
    "app_record",
    "app_queue",
    "app_stack",
    "app_verbose",
    "app_userevent",
    "app_exec",
    "app_waitforsilence",
    "app_audiosocket",
    "app_cdr",
)
FUNCTIONS = (
    "func_callerid",
    "func_channel",
    "func_cdr",
    "func_logic",
    "func_strings",
    "func_timeout",
    "func_global",
    "func_db",
    "func_dialplan",
    "func_groupcount",
    "func_hangupcause",
    "func_math",
    "func_talkdetect",
    "func_volume",
)
RECORDS = ("cdr_csv",)

MODULES = (*CORE, *AUDIO, *SIP, *BRIDGES, *APPLICATIONS, *FUNCTIONS, *RECORDS)
SECURE_MEDIA = ("res_srtp",)  # fetched always, loaded by the variant with encryption
